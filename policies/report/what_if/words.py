"""Words of the what-if part, in English and in Arabic; the page's script takes them from the file."""

from collections.abc import Mapping

from policies.report.words import Word


def _table(**words: tuple[str, str]) -> Mapping[str, Word]:
    return {key: Word(*pair) for key, pair in words.items()}


WHAT_IF_WORDS: Mapping[str, Word] = _table(
    title=("What if", "ماذا لو"),
    lead=(
        "Choose what fails, and see which services fall, which others carry and by which way. Every answer "
        "is looked up in results that were proved before this file was written.",
        "اختر ما يتعطل لترى أي الخدمات يسقط وأيها تحمله عناصر أخرى وبأي طريق. كل جواب مأخوذ من نتائج أُثبتت "
        "قبل كتابة هذا الملف.",
    ),
    searched_1=(
        "Minimal cut sets of one element were searched. Where more of what failed bears on a service, and "
        "none of those is among it, the answer is unknown.",
        "بُحث عن مجموعات القطع الدنيا ذات العنصر الواحد. فإذا مسّ خدمةً أكثر من عنصر مما تعطل ولم تكن بينها "
        "مجموعة معروفة كان الجواب مجهولاً.",
    ),
    searched_2=(
        "All minimal cut sets of one and of two elements were searched. Where more of what failed bears on a "
        "service, and none of those is among it, the answer is unknown.",
        "بُحث عن كل مجموعات القطع الدنيا ذات العنصر الواحد والعنصرين. فإذا مسّ خدمةً أكثر من ذلك مما تعطل ولم "
        "تكن بينها مجموعة معروفة كان الجواب مجهولاً.",
    ),
    settled=(
        "It is what runs once all has switched that can, at the level that each service owes in that kind of "
        "loss. Overload that spreads, batteries, fuel and room on the ways are judged in the other parts.",
        "هذا ما يعمل بعد أن يتم كل تبديل ممكن، بالمستوى الواجب على كل خدمة في ذلك النوع من الفقد. أما الحمل "
        "الزائد المتتابع والبطاريات والوقود وسعة الطرق ففي الأقسام الأخرى.",
    ),
    no_script=(
        "This part needs a browser that runs the script in this file.",
        "يحتاج هذا القسم إلى متصفح يشغّل البرنامج المضمّن في هذا الملف.",
    ),
    choose=("What fails", "ما الذي يتعطل"),
    hint=(
        "Type a name, an id or a kind; arrow keys move, Enter chooses.",
        "اكتب اسماً أو معرّفاً أو نوعاً؛ تنقّل بالأسهم واختر بمفتاح الإدخال.",
    ),
    sites=("Sites", "المواقع"),
    hazards=("Hazards and common causes", "المخاطر والأسباب المشتركة"),
    chosen=("Chosen", "المختار"),
    nothing=("Nothing has failed.", "لم يتعطل شيء."),
    remove=("Remove", "أزل"),
    reset=("Start over", "ابدأ من جديد"),
    found=("Matches:", "المطابقات:"),
    shown=("shown:", "المعروض:"),
    no_match=("Nothing matches.", "لا مطابق."),
    not_here=("Not in this estate:", "ليس في هذه المنشأة:"),
    failed=("Failed:", "تعطل:"),
    by=("Objective that counts:", "الهدف المعتدّ به:"),
    component=("loss of components", "فقد مكوّنات"),
    site=("loss of a site", "فقد موقع"),
    region=("loss of a region", "فقد إقليم"),
    down=("Down", "متوقفة"),
    degraded=("Below full demand, at the level owed", "دون الطلب الكامل، عند المستوى الواجب"),
    carried=("Failed over", "انتقلت إلى بديل"),
    unknown=("Unknown", "مجهول"),
    unaffected=("Unaffected", "غير متأثرة"),
    never=("Do not run even if nothing fails", "لا تعمل ولو لم يتعطل شيء"),
    because=("Minimal cut set:", "مجموعة قطع دنيا:"),
    beyond=(
        "More of what failed bears on it than was searched. Failures searched together:",
        "يمسّها مما تعطل أكثر مما بُحث. عدد الأعطال التي بُحثت معاً:",
    ),
    undeclared=(
        "What it runs on is not declared, so nothing can be told.",
        "لم يُعلن ما تعمل عليه، فلا يمكن قول شيء.",
    ),
    takers_unknown=(
        "Who carries it is unknown: more failed together than was searched.",
        "من يحملها مجهول: تعطل معاً أكثر مما بُحث.",
    ),
    gaps=("Undeclared facts that may hide more:", "حقائق غير معلنة قد تخفي المزيد:"),
    tier=("Tier", "الفئة"),
    part=("Part", "الجزء"),
    comma=(",", "،"),
    lost=("lost:", "المفقود:"),
    now=("carried by:", "يحمله:"),
    within=("within", "خلال"),
    at_once=("active all along", "نشط طوال الوقت"),
    time_unknown=("after a time that is not declared", "بعد مدة غير معلنة"),
    users=("From", "من"),
    served=("served at", "تُخدم في"),
    before=("before:", "قبل ذلك:"),
    over=("over", "عبر"),
    inside=("within the site", "داخل الموقع"),
    no_way=("no way is left", "لم يبق طريق"),
    way_undeclared=("by a way that is not declared", "بطريق غير معلن"),
    way_unknown=(
        "by a way that was not worked out for this combination",
        "بطريق لم يُحسب لهذا الاجتماع",
    ),
)
"""Every word but the names of collections."""

KIND_WORDS: Mapping[str, Word] = _table(
    hazards=("hazard", "خطر"),
    sites=("site", "موقع"),
    rooms=("room", "غرفة"),
    racks=("rack", "خزانة"),
    power=("power", "كهرباء"),
    cooling=("cooling", "تبريد"),
    safeguards=("safeguard", "وسيلة حماية"),
    models=("model", "طراز"),
    devices=("device", "جهاز"),
    cables=("cable", "كبل"),
    circuits=("circuit", "دائرة"),
    networks=("network", "شبكة"),
    zones=("zone", "نطاق"),
    platforms=("platform", "منصة"),
    services=("service", "خدمة"),
    workloads=("workload", "حمل عمل"),
    datasets=("dataset", "مجموعة بيانات"),
    replications=("replication", "نسخ متماثل"),
    backups=("backup", "نسخة احتياطية"),
    vaults=("vault", "خزنة"),
    data_classes=("data class", "صنف بيانات"),
    admin_domains=("administrative domain", "نطاق إدارة"),
    teams=("team", "فريق"),
    vendors=("vendor", "مورّد"),
    contracts=("contract", "عقد"),
    fire_compartments=("fire compartment", "حيّز حريق"),
    failure_regions=("region", "إقليم"),
    firmware=("firmware", "برنامج ثابت"),
)
"""By collection; of one that has no word here, its name is shown as an id."""
