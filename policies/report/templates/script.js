
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  document.getElementById("switch").addEventListener("click", () => {
    const arabic = root.lang !== "ar";
    root.lang = arabic ? "ar" : "en";
    root.dir = arabic ? "rtl" : "ltr";
  });

  document.getElementById("print").addEventListener("click", () => window.print());
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = all("#summary details:not([open]), #findings details:not([open]), #plan details:not([open])");
    opened.forEach((part) => { part.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((part) => { part.open = false; }));

  const reach = () => all(".wide").forEach((part) => {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0; else part.removeAttribute("tabindex");
  });
  window.addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  document.getElementById("switch").addEventListener("click", reach);
  reach();

  const press = (buttons, chosen) =>
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === chosen)));

  const filters = all("[data-show]");
  filters.forEach((button) => button.addEventListener("click", () => {
    press(filters, button);
    all(".cause").forEach((cause) => {
      cause.hidden = button.dataset.show !== "" && cause.dataset.severity !== button.dataset.show;
    });
  }));

  const hazards = all("[data-hazard]");
  hazards.forEach((button) => button.addEventListener("click", () => {
    const off = button.getAttribute("aria-pressed") === "true";
    press(hazards, off ? null : button);
    all(".network [data-hazards]").forEach((drawn) => {
      drawn.classList.toggle("lit", !off && drawn.dataset.hazards.split(" ").includes(button.dataset.hazard));
    });
  }));
})();
