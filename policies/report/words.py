"""Every word of the report itself, in English and in Arabic, in one table; what a spec says is not in it."""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "ar")
"""English first: what is shown before anybody switches."""


@dataclass(frozen=True)
class Word:
    """One text of the report in both languages."""

    en: str
    ar: str

    def reading(self, language: str) -> str:
        """The text in that language."""
        return self.ar if language == "ar" else self.en


def _table(**words: tuple[str, str]) -> Mapping[str, Word]:
    return {key: Word(*pair) for key, pair in words.items()}


WORDS: Mapping[str, Word] = _table(
    # The frame
    report=("Assurance report", "تقرير التحقق"),
    contents=("Contents", "المحتويات"),
    switch=("العربية", "English"),
    print=("Print", "طباعة"),
    skip=("Skip to the content", "انتقل إلى المحتوى"),
    classification=("Classification", "درجة السرية"),
    public=("Public", "عام"),
    internal=("Internal", "داخلي"),
    restricted=("Restricted", "مقيّد"),
    secret=("Secret", "سري"),
    version=("Version", "الإصدار"),
    digest=("Digest of the specs", "بصمة المواصفات"),
    approver=("Approved by", "اعتمده"),
    approved_on=("Approved on", "تاريخ الاعتماد"),
    distribution=("Distribution", "التوزيع"),
    owner=("Owner", "الجهة المالكة"),
    phase=("As of phase", "حتى المرحلة"),
    judged_on=("Judged as of", "تاريخ التقييم"),
    made_by=("Made by", "أُعدّ بواسطة"),
    today=("Today", "الوضع الراهن"),
    none=("None", "لا يوجد"),
    not_declared=("not declared", "غير معلن"),
    # For the decision-maker
    summary=("For the decision-maker", "لمتخذ القرار"),
    holds=("The design holds", "التصميم متماسك"),
    holds_text=(
        "No rule fails and nothing mandatory is unknown on what is declared.",
        "لا تخالف المواصفات المعلنة أي قاعدة، ولا مجهول في القواعد الإلزامية.",
    ),
    stopped=("The plan is stopped", "الخطة موقوفة"),
    stopped_text=(
        "Mandatory rules fail or cannot be judged. Mend the causes below, the gravest first.",
        "قواعد إلزامية لم تتحقق أو تعذّر الحكم عليها. عالج الأسباب أدناه بدءاً بأخطرها.",
    ),
    advised=("The plan may go on, with findings", "يمكن المضي بالخطة مع ملاحظات"),
    advised_text=(
        "Nothing mandatory fails; findings of lesser weight remain.",
        "لا مخالفة لقاعدة إلزامية؛ وتبقى ملاحظات أقل شأناً.",
    ),
    evidence_only=(
        "A verdict is technical evidence on what is declared. It certifies nothing and replaces no audit.",
        "الحكم دليل تقني على ما هو معلن، ولا يمنح شهادة ولا يغني عن التدقيق.",
    ),
    root_causes=("Causes to mend", "أسباب تجب معالجتها"),
    failures=("Failures", "مخالفات"),
    unknowns=("Unknown", "مجهول"),
    waived_ones=("Waived", "مستثنى"),
    passes=("Passes", "مستوفى"),
    gravest=("What to mend first", "ما يُعالج أولاً"),
    at_a_glance=("The estate at a glance", "المنشأة في لمحة"),
    services_at_risk=("Services that one failure can take down", "خدمات يسقطها عطل واحد"),
    site_loss=("What the loss of each site takes down", "ما يسقط بفقدان كل موقع"),
    readiness=("Recovery after the loss of the primary site", "التعافي بعد فقدان الموقع الرئيسي"),
    # Verdicts and severities
    fail=("Fails", "مخالف"),
    unknown=("Unknown", "مجهول"),
    waived=("Waived", "مستثنى"),
    **{"pass": ("Passes", "مستوفى")},
    critical=("Critical", "حرج"),
    high=("High", "عالٍ"),
    medium=("Medium", "متوسط"),
    low=("Low", "منخفض"),
    # Findings
    findings=("Findings", "الملاحظات"),
    findings_text=(
        "Grouped by what has to be mended: one cure takes away all findings of its group.",
        "مجمّعة حسب ما تجب معالجته: علاج واحد يزيل كل ملاحظات مجموعته.",
    ),
    no_findings=("No finding.", "لا ملاحظات."),
    why=("Why it matters", "لماذا يهم"),
    mend=("How to mend it", "كيف يُعالج"),
    evidence=("Evidence", "الأدلة"),
    controls=("Bears on", "يتصل بالضوابط"),
    filter=("Show", "أظهر"),
    all=("All", "الكل"),
    where=("Where", "الموضع"),
    and_more=("More of the same", "المزيد من النوع نفسه"),
    rules_judged=("Rules judged", "القواعد المقيَّمة"),
    rule=("Rule", "القاعدة"),
    verdict=("Verdict", "الحكم"),
    severity=("Severity", "الخطورة"),
    # Estate by site
    estate=("The estate by site", "المنشأة حسب الموقع"),
    site=("Site", "الموقع"),
    sites=("Sites", "المواقع"),
    role=("Role", "الدور"),
    primary=("Primary", "رئيسي"),
    dr=("Disaster recovery", "تعافٍ من الكوارث"),
    vault=("Vault", "خزنة"),
    witness=("Witness", "شاهد"),
    operations=("Operations", "عمليات"),
    pop=("Point of presence", "نقطة تواجد"),
    forensics=("Forensics lab", "مختبر جنائي رقمي"),
    other=("Other", "أخرى"),
    rooms=("Rooms", "الغرف"),
    racks=("Racks", "الخزائن"),
    devices=("Devices", "الأجهزة"),
    platforms=("Platforms", "المنصات"),
    # What is proved
    proofs=("What is proved", "ما تم إثباته"),
    proofs_text=(
        "For every service the worst answer to each question that its owner asks, worked out from the "
        "specs alone.",
        "أسوأ إجابة لكل خدمة عن كل سؤال يطرحه مالكها، محسوبة من المواصفات وحدها.",
    ),
    proofs_key=(
        "✓ holds, ✗ does not hold, ? unknown; blank where nothing is owed.",
        "✓ متحقق، ✗ غير متحقق، ? مجهول؛ ويُترك فارغاً حيث لا التزام.",
    ),
    proofs_open=("that do not hold or are unknown", "من الإجابات غير متحققة أو مجهولة"),
    proof_yes=("holds", "متحقق"),
    proof_no=("does not hold", "غير متحقق"),
    never=("never", "أبداً"),
    question=("Question", "السؤال"),
    result=("Result", "النتيجة"),
    proved_figure=("Proved", "المثبت"),
    owed=("Owed", "المستحق"),
    worst_case=("Worst case", "أسوأ حالة"),
    bound_by=("Bound by", "المقيِّد"),
    q_availability=("Availability", "الإتاحة"),
    q_single_failures=("Single failures", "الأعطال المفردة"),
    q_maintenance=("Maintenance", "الصيانة"),
    q_rto_component=("RTO, component", "زمن التعافي، مكوّن"),
    q_rto_site=("RTO, site", "زمن التعافي، موقع"),
    q_rto_region=("RTO, region", "زمن التعافي، إقليم"),
    q_rto_cyber=("RTO, cyber", "زمن التعافي، هجوم سيبراني"),
    q_rpo_component=("RPO, component", "فقد البيانات، مكوّن"),
    q_rpo_site=("RPO, site", "فقد البيانات، موقع"),
    q_rpo_region=("RPO, region", "فقد البيانات، إقليم"),
    q_rpo_cyber=("RPO, cyber", "فقد البيانات، هجوم سيبراني"),
    q_dr_capacity=("DR capacity", "سعة التعافي"),
    q_bandwidth=("Bandwidth", "سعة النقل"),
    availability=("Availability", "الإتاحة"),
    availability_text=(
        "Downtime a year from failures, from switching over and from planned outages; as bounds where it is "
        "not exact or facts are missing.",
        "زمن التوقف في السنة من الأعطال والتحويل والتوقف المخطط؛ بحدّين حيث لا يكون دقيقاً أو تنقص معلومات.",
    ),
    downtime_a_year=("Downtime a year", "التوقف في السنة"),
    allowed=("Allowed", "المسموح"),
    cut_sets=("Cut sets", "مجموعات القطع"),
    mend_first=("Mend first", "ما يُعالَج أولاً"),
    hardware_only=("(hardware only, optimistic)", "(العتاد فقط، متفائل)"),
    services=("Services", "الخدمات"),
    circuits=("Circuits", "الدوائر"),
    datasets=("Datasets", "مجموعات البيانات"),
    it_load=("IT load", "حمل المعدات"),
    it_limit=("Built for", "السعة التصميمية"),
    load_share=("Share used", "نسبة الاستخدام"),
    hazards=("Hazards", "المخاطر"),
    jurisdiction=("Jurisdiction", "الولاية القانونية"),
    # Phases
    plan=("The expansion by phase", "التوسعة حسب المرحلة"),
    from_to=("From – to", "من – إلى"),
    enters=("Enters service", "يدخل الخدمة"),
    leaves=("Leaves service", "يخرج من الخدمة"),
    budget=("Budget", "الميزانية"),
    equipment_cost=("Equipment", "المعدات"),
    to_buy=("To buy", "للشراء"),
    model=("Model", "الطراز"),
    quantity=("Quantity", "الكمية"),
    unit_price=("Unit price", "سعر الوحدة"),
    sum=("Sum", "المجموع"),
    lead_time=("Lead time", "مدة التوريد"),
    order_by=("Order by", "يُطلب قبل"),
    no_phases=("The estate declares no phases.", "لم تُعلن مراحل."),
    nothing_to_buy=("No equipment with a price enters in this phase.", "لا معدات مسعّرة تدخل في هذه المرحلة."),
    # Services
    service=("Service", "الخدمة"),
    tier=("Tier", "الفئة"),
    strategy=("Strategy", "الاستراتيجية"),
    objective=("Objective", "الهدف"),
    predicted=("Predicted", "المتوقع"),
    availability_target=("Availability target", "هدف التوافر"),
    depends_on=("Depends on", "يعتمد على"),
    runs_on=("Runs on", "يعمل على"),
    single_points=("Single points of failure", "نقاط الفشل الوحيدة"),
    wide_losses=(
        "Losses of a whole site, region or kind of firmware that take it down",
        "ما يُسقطها من فقدان موقع أو إقليم كامل أو نوع برنامج ثابت",
    ),
    failover=("Failover path", "مسار التحويل"),
    carries=("Carries the load", "يتحمل الحمل"),
    does_not_carry=("Does not carry the load", "لا يتحمل الحمل"),
    chain=("Chain", "السلسلة"),
    rto=("RTO", "هدف زمن التعافي"),
    rpo=("RPO", "هدف نقطة التعافي"),
    met=("within the objective", "ضمن الهدف"),
    missed=("over the objective", "يتجاوز الهدف"),
    predicted_note=(
        "Predicted from the specs at pessimistic durations; no drill measured it.",
        "متوقع من المواصفات بأطول المدد؛ لم يُقَس في تمرين.",
    ),
    latency=("Latency", "زمن الوصول"),
    bandwidth_left=("Bandwidth", "سعة النقل"),
    component=("Component", "مكوّن"),
    region=("Region", "إقليم"),
    cyber=("Attack", "هجوم سيبراني"),
    # Resilience
    deadlocks=("Cold-start deadlocks", "حلقات تمنع البدء من الصفر"),
    no_deadlocks=(
        "From a cold start everything comes up in order.",
        "من البدء البارد يعمل كل شيء بالترتيب.",
    ),
    breaks_it=("What breaks the deadlock", "ما يكسر الحلقة"),
    lost=("Lost", "يسقط"),
    degraded=("Degraded", "يتراجع"),
    takes_over=("Taken over", "يُحوَّل"),
    # Topology and racks
    what_if=("What if", "ماذا لو"),
    topology=("Topology and shared risks", "الشبكة والمخاطر المشتركة"),
    topology_text=(
        "Choose a hazard to light all that it takes down at once.",
        "اختر خطراً لإبراز كل ما يُسقطه دفعة واحدة.",
    ),
    topology_printed=(
        "A red line runs through a risk that something else shares; the table below says which.",
        "الخط الأحمر يمر بخطر يشاركه فيه عنصر آخر، ويبيّن الجدول أدناه أي خطر هو.",
    ),
    no_hazard=("No hazard chosen", "لم يُختر خطر"),
    undeclared_route=("Route not declared: its diversity is unknown.", "المسار غير معلن: تنوعه مجهول."),
    between=("Between", "بين"),
    carrier=("Carrier", "المشغّل"),
    bandwidth=("Bandwidth", "السعة"),
    route=("Route", "المسار"),
    elevations=("Rack elevations", "واجهات الخزائن"),
    elevations_text=(
        "Front view, unit 1 at the bottom.",
        "منظر أمامي، الوحدة 1 في الأسفل.",
    ),
    compute=("Compute", "حوسبة"),
    storage=("Storage", "تخزين"),
    network=("Network", "شبكة"),
    security=("Security", "أمن"),
    power=("Power", "طاقة"),
    room=("Room", "الغرفة"),
    units_used=("Units used", "الوحدات المستخدمة"),
    load=("Load", "الحمل"),
    of=("of", "من"),
    # Readers
    for_compliance=("For the compliance reviewer", "لمراجع الالتزام"),
    for_engineer=("For the engineer", "للمهندس"),
    for_partner=("For the partner country", "للدولة الشريكة"),
    # Charts
    charts=("Figures against what is owed", "الأرقام مقابل المستحق"),
    chart_availability=(
        "Downtime a year against what the target allows",
        "التوقف في السنة مقابل ما يسمح به الهدف",
    ),
    chart_availability_text=(
        "The bar ends at the worst that is proved, its dark part at the best; the line is what is allowed.",
        "ينتهي الشريط عند أسوأ ما أُثبت، وجزؤه الداكن عند أفضله؛ والخط هو ما يسمح به الهدف.",
    ),
    chart_recovery=("Recovery against its objectives", "التعافي مقابل أهدافه"),
    chart_recovery_text=(
        "How long until the service is back (RTO), how much data is lost (RPO); the line is the objective.",
        "المدة حتى تعود الخدمة (RTO) ومقدار ما يُفقد من البيانات (RPO)؛ والخط هو الهدف.",
    ),
    chart_rooms=("Headroom by phase", "الهامش حسب المرحلة"),
    chart_rooms_text=(
        "Share of what there is that is used; the line is all of it.",
        "نسبة المستخدم من المتاح؛ والخط هو المتاح كله.",
    ),
    units_share=("Rack units", "وحدات الخزائن"),
    tightest_calm=("Tightest platform of any service, nothing lost", "أضيق منصة لأي خدمة دون فقدان"),
    tightest_lost=("Tightest platform of any service, a site lost", "أضيق منصة لأي خدمة بعد فقدان موقع"),
    resource=("Resource", "المورد"),
    whole_estate=("The whole estate", "المنشأة كلها"),
    drills=("Drills held", "التمارين المنفذة"),
    drills_text=(
        "Every exercise on its day: a hollow mark is one that measured nothing or that owes nothing.",
        "كل تمرين في يومه: العلامة المفرغة لتمرين لم يقس شيئاً أو لا التزام فيه.",
    ),
    never_exercised=("never exercised", "لم يُختبر قط"),
    drill_kind=("Kind", "النوع"),
    tabletop=("Tabletop", "مناقشة"),
    functional=("Functional", "وظيفي"),
    full=("Full", "كامل"),
    day=("Day", "اليوم"),
    scenario=("Loss", "الفقدان"),
    in_lab=("in a lab", "في مختبر"),
    rta=("Time achieved", "الزمن المحقق"),
    rpa=("Data loss achieved", "الفقد المحقق"),
    not_measured=("not measured", "لم يُقس"),
    not_proved=(
        "Availability and data loss are told where the report is made with the deep proofs.",
        "تُذكر الإتاحة وفقد البيانات حين يُعدّ التقرير مع الإثباتات المعمقة.",
    ),
    more_services=("more services", "خدمات أخرى"),
    shared_risks=("Risks that several share", "مخاطر مشتركة بين أكثر من عنصر"),
    strikes=("Strikes at once", "يصيب دفعة واحدة"),
    # For the compliance reviewer
    frameworks=("Control frameworks", "أطر الضوابط"),
    frameworks_text=(
        "What rules show of each control is evidence for a part of it. It never says that a control is met: "
        "that is for people to say.",
        "ما تُظهره القواعد عن كل ضابط دليل على جزء منه. ولا يعني أبداً أن الضابط مستوفى: فهذا قول الناس.",
    ),
    framework=("Framework", "الإطار"),
    control=("Control", "الضابط"),
    controls_many=("Controls", "الضوابط"),
    technical_evidence=("Technical evidence", "الدليل التقني"),
    contradicts=("Contradicts", "يناقض"),
    supports=("Supports", "يدعم"),
    no_evidence=("No evidence", "لا دليل"),
    by_rules=("By rules", "من القواعد"),
    by_people=("By people", "من الناس"),
    in_place=("Attested as in place", "مُقرّ بأنه مطبّق"),
    partly=("Attested in part", "مُقرّ به جزئياً"),
    not_in_place=("Said not to be in place", "مُقرّ بأنه غير مطبّق"),
    expired=("Attestation expired", "انتهت صلاحية الإقرار"),
    not_attested=("Nobody attests it", "لم يُقرّ به أحد"),
    attested=("Attested", "مُقرّ به"),
    until=("until", "حتى"),
    part_seen=("What rules see of it", "ما تراه القواعد منه"),
    needs_person=("What needs a person", "ما يحتاج إلى شخص"),
    applies=("Applies", "ينطبق"),
    applies_not=("Does not apply", "لا ينطبق"),
    applies_open=("Whether it applies is undecided", "لم يُقرر انطباقه"),
    disputed=(
        "People say that it is in place, or does not apply, and a rule contradicts it.",
        "يقول الناس إنه مطبّق أو لا ينطبق، وتناقضه قاعدة.",
    ),
    actions=("Actions planned", "إجراءات مخططة"),
    risks=("Risks in the register", "مخاطر في السجل"),
    untold=(
        "No rule bears on these, and nobody has said anything of them",
        "لا تتصل بها قاعدة، ولم يقل أحد عنها شيئاً",
    ),
    rule_results=("Rules and what they found", "القواعد وما وجدته"),
    # For the partner country
    commitments=("Commitments for services", "التزامات الخدمات"),
    commitments_text=(
        "What services are committed to, in bands: a time is never shorter than told, an availability never "
        "more. Nothing here says whether a commitment is kept.",
        "ما تلتزم به الخدمات ضمن نطاقات: لا يقل زمن عمّا ذُكر، ولا تزيد إتاحة عليه. "
        "ولا شيء هنا يقول إن التزاماً قد تحقق.",
    ),
    group=("Group", "المجموعة"),
    how_many=("How many services", "عدد الخدمات"),
    at_least=("at least", "على الأقل"),
    within=("within", "خلال"),
    longer=("longer", "أطول"),
    looked_at=("What the estate is judged by", "ما تُقيَّم به المنشأة"),
    looked_at_text=(
        "The tool judges every estate by the same rules, which bear on controls of these frameworks. "
        "Results are for the owner alone.",
        "تقيّم الأداة كل منشأة بالقواعد نفسها، وهي تتصل بضوابط هذه الأطر. والنتائج لمالك المنشأة وحده.",
    ),
    left_out=("What is left out", "ما لم يُذكر"),
    left_out_text=(
        "Names, places, addresses, equipment, connections, results, exact counts and the fingerprint of the "
        "specs are left out of every report for a partner, whatever they are.",
        "الأسماء والأماكن والعناوين والمعدات والوصلات والنتائج والأعداد الدقيقة وبصمة المواصفات "
        "لا تُذكر في أي تقرير لشريك، كيفما كانت.",
    ),
    phase_number=("Phase", "المرحلة"),
    # Method
    method=("How to read this", "كيف يُقرأ هذا التقرير"),
    method_text=(
        "Every verdict follows from what the specs declare, as of the phase and day named above. "
        "A fact that nobody declared is unknown, and unknown is never a pass.",
        "كل حكم مستنتج مما تعلنه المواصفات حتى المرحلة والتاريخ المذكورين أعلاه. "
        "وما لم يُعلن فهو مجهول، والمجهول لا يُعدّ مستوفى أبداً.",
    ),
    optimistic=(
        "Predicted figures consider the failures that are modelled; they leave out what nobody declared.",
        "الأرقام المتوقعة تشمل الأعطال المنمذجة، ولا تشمل ما لم يُعلن.",
    ),
    element=("Element", "العنصر"),
    phases=("Phases", "المراحل"),
)
"""By key. A count stands beside its word, never inside it, so that no plural form is needed."""
