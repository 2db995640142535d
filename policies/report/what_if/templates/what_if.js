"use strict";
(() => {
  const holder = document.getElementById("what-if-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const at = (name) => document.getElementById(`what-if-${name}`);
  const [input, list, matches, chosen, summary, result] =
    ["input", "list", "matches", "chosen", "summary", "result"].map(at);
  const NO = 0, MAYBE = 1, YES = 2;
  const MOST_SHOWN = 60;
  const COMMON_CAUSES = ["hazards", "failure_regions", "fire_compartments", "vendors", "firmware"];

  // Looking results up

  const sets = data.sets.map((members) => new Set(members));
  let failed = [];
  let known = new Map();

  const bears = (support, event) => (parseInt(data.supports[support][event >> 2] || "0", 16) >> (event & 3)) & 1;

  /** Minimal cut sets of a node among what failed. */
  const cuts = (node) => {
    const [alone, pairs] = data.nodes[node];
    const found = failed.filter((event) => sets[alone].has(event)).map((event) => [event]);
    for (const [some, others] of pairs) {
      for (const one of failed.filter((event) => sets[some].has(event))) {
        for (const other of failed) {
          if (one < other && sets[others].has(other)) found.push([one, other]);
        }
      }
    }
    return found;
  };

  /** Down exactly if a minimal cut set is among what failed; beyond the order searched that is unknown. */
  const lost = (node) => {
    if (!known.has(node)) {
      const bearing = failed.filter((event) => bears(data.nodes[node][2], event)).length;
      known.set(node, cuts(node).length ? YES : bearing <= data.order ? NO : MAYBE);
    }
    return known.get(node);
  };

  /** Whether users that are left are not served at a level: 0 its minimum, 1 full demand. */
  const fails = (service, level) => {
    const whole = lost(service.levels[level]);
    if (!service.views.length) return whole;
    let unserved = NO, nobody = YES;
    for (const view of service.views) {
      const gone = lost(view[2]);
      unserved = Math.max(unserved, Math.min(lost(view[level]), YES - gone));
      nobody = Math.min(nobody, gone);
    }
    return Math.max(unserved, Math.min(whole, nobody));
  };

  const reasons = (service, level) => {
    const views = service.views.filter((view) => lost(view[level]) === YES && lost(view[2]) !== YES);
    const found = (views.length ? views.map((view) => view[level]) : [service.levels[level]]).flatMap(cuts);
    return [...new Map(found.map((cut) => [cut.join(" "), cut])).values()];
  };

  const takeovers = (service) => service.parts.flatMap(([part, workloads]) => {
    const state = workloads.map((workload) => lost(workload[1]));
    const moved = workloads.filter((workload, place) => workload[2] && state[place] !== NO);
    if (!moved.length) return [];
    if (state.includes(MAYBE)) return [{ part, unknown: true }];
    const left = workloads.filter((workload, place) => state[place] === NO && workload[4]);
    if (!left.length) return [];
    const active = left.filter((workload) => workload[2]);
    const times = left.map((workload) => workload[3]).filter((time) => time !== null);
    return [{
      part,
      lost: moved.map((workload) => workload[0]),
      by: (active.length ? active : left).map((workload) => workload[0]),
      time: active.length ? 0 : times.length ? Math.min(...times) : null,
    }];
  });

  const harmed = (way) => Math.max(NO, ...way[2].map(lost));

  /** Ways that are no longer the usual ones, of users that are left. */
  const detours = (service) => service.ways.flatMap(([user, place, usual, after]) => {
    const before = data.ways[usual];
    if (lost(place) === YES || typeof before === "string") return [];
    const broken = harmed(before);
    if (broken === NO) return [];
    if (broken === MAYBE) return [{ user, before, told: "way_unknown" }];
    for (const [event, number] of after) {
      const way = data.ways[number];
      if (!failed.includes(event)) continue;
      if (typeof way === "string") return [{ user, before, told: way === "none" ? "no_way" : "way_undeclared" }];
      if (harmed(way) === NO) return [{ user, before, way }];
    }
    return [{ user, before, told: "way_unknown" }];
  });

  const judged = (service, width) => {
    const owed = service.owes_full[width];
    if (service.runs === "no") return { state: "never" };
    const below = fails(service, owed), reduced = fails(service, 1);
    if (below === YES) return { state: "down", because: reasons(service, owed) };
    if (below === MAYBE || reduced === MAYBE) return { state: "unknown", why: "beyond" };
    if (service.runs === "unknown" && failed.length) return { state: "unknown", why: "undeclared" };
    const others = takeovers(service), ways = detours(service);
    if (reduced === YES) return { state: "degraded", because: reasons(service, 1), others, ways };
    return { state: others.length || ways.length ? "carried" : "unaffected", others, ways };
  };

  // Words, all as text and never as markup

  const make = (tag, attributes, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside.flat(Infinity));
    return made;
  };
  const both = (texts, tag) => texts.length < 2
    ? [make("bdi", {}, ...texts)]
    : ["en", "ar"].map((language, place) =>
        make("span", { class: language, lang: language }, tag ? make(tag, {}, texts[place]) : texts[place]));
  const word = (key) => both(data.words[key]);
  const id = (text) => make("bdi", { class: "id", dir: "ltr" }, text);
  const number = (text) => make("bdi", { class: "num", dir: "ltr" }, String(text));
  const kind = (event) => {
    const collection = data.events[event][2];
    return data.kinds[collection] ? both(data.kinds[collection]) : [id(collection)];
  };
  const named = (event) => {
    const [key, name] = data.events[event];
    return name.length ? [...both(name, "bdi"), " ", id(key)] : [id(key)];
  };
  const place = (where) => (typeof where === "number" ? named(where) : [id(where)]);
  const joined = (parts, between) => parts.flatMap((part, count) => (count ? [between, part] : [part]));
  const lasting = (seconds) => {
    const [unit, size] = seconds < 120 ? ["s", 1] : seconds < 7200 ? ["min", 60] : ["h", 3600];
    return number(`${Number((seconds / size).toPrecision(3))} ${unit}`);
  };

  // Results

  const because = (cut) =>
    make("p", { class: "note" }, word("because"), " ", joined(cut.map((event) => make("span", {}, named(event))), " + "));

  const taken = (found) => make(
    "p", {}, word("part"), " ", id(found.part), ": ",
    found.unknown ? word("takers_unknown") : [
      word("lost"), " ", joined(found.lost.map((event) => make("span", {}, named(event))), " · "), " – ",
      word("now"), " ", joined(found.by.map((event) => make("span", {}, named(event))), " · "), word("comma"), " ",
      found.time === null ? word("time_unknown")
        : found.time === 0 ? word("at_once") : [word("within"), " ", lasting(found.time)],
    ]);

  const route = ([site, circuits]) => [
    word("served"), " ", named(site), " ",
    circuits.length ? [word("over"), " ", joined(circuits.map((circuit) => id(data.events[circuit][0])), " · ")]
      : word("inside"),
  ];

  const travelled = (found) => make(
    "p", {}, word("users"), " ", place(found.user), ": ", found.way ? route(found.way) : word(found.told),
    make("span", { class: "note" }, " (", word("before"), " ", route(found.before), ")"));

  const row = (service, outcome) => {
    const head = make("p", { class: "what-if-name" }, named(service.event));
    if (service.tier !== null) head.append(" ", make("span", { class: "badge" }, word("tier"), " ", number(service.tier)));
    const found = make("li", { "data-service": data.events[service.event][0] }, head);
    (outcome.because || []).slice(0, 6).forEach((cut) => found.append(because(cut)));
    (outcome.others || []).forEach((one) => found.append(taken(one)));
    (outcome.ways || []).forEach((one) => found.append(travelled(one)));
    if (outcome.why === "beyond") found.append(make("p", { class: "note" }, word("beyond"), " ", number(data.order)));
    if (outcome.why === "undeclared") found.append(make("p", { class: "note" }, word("undeclared")));
    if (service.gaps && outcome.state !== "down") {
      found.append(make("p", { class: "note" }, word("gaps"), " ", number(service.gaps)));
    }
    return found;
  };

  const STATES = [
    ["down", "fail"], ["degraded", "unknown"], ["carried", "pass"], ["unknown", "unknown"], ["unaffected", "pass"],
    ["never", "fail"],
  ];

  const show = () => {
    known = new Map();
    const width = Math.max(0, ...failed.map((event) => data.events[event][3]));
    const rows = new Map(STATES.map(([state]) => [state, []]));
    for (const service of data.services) {
      const outcome = judged(service, width);
      rows.get(outcome.state).push(row(service, outcome));
    }
    result.replaceChildren(...STATES.filter(([state]) => failed.length && rows.get(state).length).map(([state, tone]) => {
      const heading = [word(state), " ", make("span", { class: `badge tone-${tone}` }, String(rows.get(state).length))];
      const found = make("ul", {}, rows.get(state));
      const quiet = state === "unaffected" || state === "never";
      return make("div", { class: `what-if-part what-if-${state}`, "data-state": state },
        quiet ? make("details", {}, make("summary", {}, heading), found) : [make("h3", {}, heading), found]);
    }));
    summary.replaceChildren(...(failed.length
      ? [word("failed"), " ", number(failed.length), ". ", word("by"), " ", word(["component", "site", "region"][width]), ". ",
        joined(STATES.filter(([state]) => state !== "never" || rows.get(state).length)
          .map(([state]) => make("span", {}, word(state), ": ", number(rows.get(state).length))), " · ")].flat(Infinity)
      : word("nothing")));
  };

  // What was chosen

  const name = (event) => `${data.events[event][2]}/${data.events[event][0]}`;
  const numbers = new Map(data.events.map((_, event) => [name(event), event]));
  const picks = new Map();

  const chip = (event) => {
    const button = make("button", { type: "button" },
      make("span", { class: "unseen" }, word("remove"), " ", named(event)), make("span", { "aria-hidden": "true" }, "×"));
    button.addEventListener("click", () => {
      const here = failed.indexOf(event);
      choose(failed.filter((one) => one !== event));
      (chosen.querySelectorAll("button")[Math.min(here, failed.length - 1)] || input).focus();
    });
    return make("li", {}, make("span", {}, kind(event), " ", named(event)), button);
  };

  const PREFIX = "#what_if=";
  const fragment = () => (failed.length ? PREFIX + failed.map((event) => encodeURIComponent(name(event))).join(",") : "#what_if");

  const choose = (events, quietly) => {
    failed = [...new Set(events)].sort((one, other) => one - other);
    chosen.replaceChildren(...failed.map(chip));
    picks.forEach((button, event) => button.setAttribute("aria-pressed", String(failed.includes(event))));
    at("reset").disabled = !failed.length;
    show();
    if (!quietly) history.replaceState(null, "", fragment());
  };

  const toggle = (event) =>
    choose(failed.includes(event) ? failed.filter((one) => one !== event) : [...failed, event]);

  const read = () => {
    if (!location.hash.startsWith(PREFIX)) return;
    const asked = location.hash.slice(PREFIX.length).split(",").filter(Boolean).map((part) => {
      try { return decodeURIComponent(part); } catch { return part; }
    });
    choose(asked.filter((one) => numbers.has(one)).map((one) => numbers.get(one)), true);
    const strange = asked.filter((one) => !numbers.has(one)).slice(0, 5);
    matches.replaceChildren(...(strange.length
      ? [word("not_here"), " ", joined(strange.map((one) => id(one.slice(0, 80))), " · ")].flat(Infinity) : []));
    at("title").scrollIntoView();
  };

  const quick = (holderName, collections) => data.events.forEach(([, , collection], event) => {
    if (!collections.includes(collection)) return;
    const button = make("button", { type: "button", "aria-pressed": "false" }, named(event));
    button.addEventListener("click", () => toggle(event));
    picks.set(event, button);
    at(holderName).append(button);
  });

  // Choosing by name (combobox with a list, ARIA Authoring Practices Guide)

  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f\u0640\u064b-\u065f]/g, "").toLowerCase();
  const searched = data.events.map(([key, names, collection], event) =>
    plain([name(event), ...names, ...(data.kinds[collection] || [])].join("\n")));
  const matters = data.events.map((_, event) => data.supports.some((_, support) => bears(support, event)));
  let options = [];
  let active = -1;

  /** How well a name fits: the id itself, its beginning, the beginning of a word, anything; what no answer
   * rests on comes last. */
  const rank = (event, terms) => {
    if (!terms.length) return 0;
    const key = plain(data.events[event][0]);
    const begins = terms.every((term) => ` ${searched[event].replace(/[^\p{L}\p{N}]+/gu, " ")}`.includes(` ${term}`));
    return (key === terms[0] ? 0 : key.startsWith(terms[0]) ? 1 : begins ? 2 : 3) + (matters[event] ? 0 : 4);
  };

  const point = (index) => {
    const shown = Array.from(list.children);
    active = shown.length ? (index + shown.length) % shown.length : -1;
    shown.forEach((option, count) => option.setAttribute("aria-selected", String(count === active)));
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", shown[active].id);
      shown[active].scrollIntoView({ block: "nearest" });
    }
  };

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    matches.replaceChildren();
    point(-1);
    active = -1;
    input.removeAttribute("aria-activedescendant");
  };

  const open = () => {
    const terms = plain(input.value).split(/\s+/).filter(Boolean);
    options = searched.flatMap((text, event) =>
      !failed.includes(event) && terms.every((term) => text.includes(term)) ? [event] : []);
    const ranks = new Map(options.map((event) => [event, rank(event, terms)]));
    options.sort((one, other) => ranks.get(one) - ranks.get(other) || one - other);
    list.replaceChildren(...options.slice(0, MOST_SHOWN).map((event) => {
      const option = make("li", { role: "option", id: `what-if-option-${event}`, "aria-selected": "false" },
        named(event), " ", make("span", { class: "note" }, kind(event)));
      option.addEventListener("mousedown", (press) => press.preventDefault());
      option.addEventListener("click", () => take(event));
      return option;
    }));
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    active = -1;
    matches.replaceChildren(...(options.length
      ? [word("found"), " ", number(options.length), word("comma"), " ", word("shown"), " ", number(list.children.length)].flat(Infinity)
      : word("no_match")));
  };

  const take = (event) => {
    input.value = "";
    close();
    choose([...failed, event]);
  };

  input.addEventListener("input", open);
  input.addEventListener("click", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (press) => {
    if (press.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (press.key in steps) {
      const wasOpen = !list.hidden;
      if (!wasOpen) open();
      point(wasOpen && active >= 0 ? active + steps[press.key] : steps[press.key] > 0 ? 0 : -1);
    } else if (press.key === "Enter" && !list.hidden && (active >= 0 || list.children.length === 1)) {
      take(options[Math.max(active, 0)]);
    } else if (press.key === "Escape" && (!list.hidden || input.value)) {
      if (list.hidden) input.value = "";
      close();
    } else if (press.key === "Backspace" && !input.value && failed.length) {
      choose(failed.slice(0, -1));
    } else {
      return;
    }
    press.preventDefault();
  });

  at("reset").addEventListener("click", () => {
    choose([]);
    input.focus();
  });
  window.addEventListener("hashchange", read);
  window.addEventListener("beforeprint", () => result.querySelectorAll("details").forEach((part) => { part.open = true; }));

  quick("sites", ["sites"]);
  quick("hazards", COMMON_CAUSES);
  at("tool").hidden = false;
  choose([], true);
  read();
})();
