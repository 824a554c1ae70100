// Fetches the next page and swaps its main region, so that the result grows without a reload. All works without it.
"use strict";
(() => {
  const region = () => document.getElementById("page");
  const here = () => location.pathname + location.search + (history.state ?? ""); // with the form that was sent, as a browser keeps it
  let asked = 0;
  let shown = here();

  const show = async (address, how, kept) => {
    const mine = ++asked;
    region().setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await fetch(address, how);
    } catch {
      location.assign(address);
      return;
    }
    const text = await answer.text();
    if (mine !== asked) return;
    const next = new DOMParser().parseFromString(text, "text/html");
    const fresh = next.getElementById("page");
    if (!fresh) {
      location.assign(address);
      return;
    }
    if (kept) {
      history.pushState(how.body ? String(how.body) : null, "", answer.url);
      shown = here();
    }
    document.title = next.title;
    document.documentElement.lang = next.documentElement.lang;
    for (const name of [".skip", "header", "footer"]) document.querySelector(name).replaceWith(next.querySelector(name));
    region().replaceWith(fresh);
    offer();
    if (kept) scrollTo({ top: 0, behavior: "instant" });
    tell(fresh);
  };

  const tell = (fresh) => {
    const head = fresh.querySelector(".faults[role=alert]") || fresh.querySelector("h1") || fresh;
    head.setAttribute("tabindex", "-1");
    head.focus();
    const verdict = fresh.querySelector(".result h2");
    document.getElementById("said").textContent = verdict ? verdict.textContent : "";
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-swap]")) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    if (form.method === "post") {
      show(form.action, { method: "POST", body: fields }, true);
    } else {
      show(`${form.action}?${fields}`, {}, true);
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link.href, {}, true);
  });

  const offer = () => {
    for (const wide of document.querySelectorAll(".wide")) {
      if (wide.scrollWidth <= wide.clientWidth) continue;
      wide.tabIndex = 0; // what scrolls is reached by keyboard, and has a name
      wide.setAttribute("role", "group");
      wide.setAttribute("aria-label", wide.querySelector("th").textContent);
    }
    for (const place of document.querySelectorAll("[data-print]")) {
      place.hidden = false;
      place.querySelector("button").addEventListener("click", () => print());
    }
    for (const place of document.querySelectorAll("[data-upload]")) {
      place.hidden = false;
      place.querySelector("input").addEventListener("change", async (event) => {
        document.getElementById(place.dataset.upload).value = await event.target.files[0].text();
      });
    }
  };
  offer();

  const again = () => {
    const sent = history.state;
    show(location.href, sent ? { method: "POST", body: new URLSearchParams(sent) } : {}, false);
  };
  if (history.state) again();

  addEventListener("popstate", () => {
    // A link to a place on the page in view: the browser goes there by itself.
    if (here() === shown || (location.hash && shown.startsWith(here()))) return;
    shown = here();
    again();
  });
})();
