"use strict";
(() => {
  const PAGE = 25;
  const number = new Intl.NumberFormat("en");
  const make = (name, text, type) => {
    const one = document.createElement(name);
    if (text) one.textContent = text;
    if (type) one.type = type;
    return one;
  };

  // An address is a number: sorted as one, IPv4 before IPv6; a name may stand behind it.
  const address = (cell) => {
    const text = cell.split(/[\s/]/)[0];
    if (/^[\d.]+$/.test(text)) return "4" + text.split(".").map((part) => part.padStart(3, "0")).join("");
    if (!/^[\da-f:]+$/i.test(text)) return "7" + text;
    const [head, tail] = text.split("::").map((side) => side.split(":").filter(Boolean));
    const rest = tail || [];
    return "6" + [...head, ...Array(8 - head.length - rest.length).fill("0"), ...rest].map((part) => part.padStart(4, "0")).join("");
  };
  const keys = {
    n: (cell) => (cell.dataset.v === undefined ? -Infinity : Number(cell.dataset.v)),
    a: (cell) => { try { return address(cell.textContent); } catch { return "7" + cell.textContent; } },
    t: (cell) => cell.textContent,
    s: (cell) => cell.textContent.toLowerCase(),
  };

  const arrange = (table) => {
    const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], last = [...body.rows].filter((row) => row.dataset.last);
    const rows = [...body.rows].filter((row) => !row.dataset.last).map((row) => ({ row, text: row.textContent.toLowerCase() }));
    const bar = make("div"), label = make("label", "Filter "), box = make("input", "", "search"), info = make("span");
    const back = make("button", "Previous", "button"), on = make("button", "Next", "button"), all = make("button", "Show all", "button");
    bar.className = "bar"; info.className = "info"; info.setAttribute("role", "status"); label.append(box);
    let order = rows, sorted = -1, down = false, page = 0, whole = rows.length <= PAGE;

    const draw = () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      const kept = words.length ? order.filter(({ text }) => words.every((word) => text.includes(word))) : order;
      const pages = whole ? 1 : Math.max(1, Math.ceil(kept.length / PAGE));
      page = Math.min(page, pages - 1);
      const shown = whole ? kept : kept.slice(page * PAGE, (page + 1) * PAGE);
      body.replaceChildren(...shown.map(({ row }) => row), ...(words.length ? [] : last));
      const of = `${number.format(rows.length)} row${rows.length === 1 ? "" : "s"}`;
      const count = kept.length === rows.length ? of : `${number.format(kept.length)} of ${of}`;
      info.textContent = pages > 1 ? `${count}, page ${page + 1} of ${pages}` : count;
      back.disabled = page === 0; on.disabled = page >= pages - 1; all.textContent = whole ? "In pages" : "Show all";
      heads.forEach((head, at) => head.setAttribute("aria-sort", at === sorted ? (down ? "descending" : "ascending") : "none"));
    };
    heads.forEach((head, at) => {
      const button = make("button", head.textContent, "button"), key = keys[head.className] || keys.s;
      button.addEventListener("click", () => {
        down = at === sorted ? !down : head.className === "n";
        sorted = at; page = 0;
        const known = new Map(rows.map((one) => [one, key(one.row.cells[at])]));
        order = [...rows].sort((one, other) => {
          const a = known.get(one), b = known.get(other);
          return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
        });
        draw();
      });
      head.replaceChildren(button);
    });
    box.addEventListener("input", () => { page = 0; draw(); });
    back.addEventListener("click", () => { page -= 1; draw(); });
    on.addEventListener("click", () => { page += 1; draw(); });
    all.addEventListener("click", () => { whole = !whole; page = 0; draw(); });
    if (rows.length > 5) bar.append(label);
    bar.append(info);
    if (rows.length > PAGE) bar.append(back, on, all);
    table.parentElement.before(bar);
    draw();
  };

  // A browser shows titles late: the same words at once, beside the pointer.
  const tips = () => {
    const tip = make("div");
    tip.id = "tip"; tip.hidden = true;
    document.body.append(tip);
    document.querySelectorAll("[data-tip]").forEach((one) => { const title = one.querySelector("title"); if (title) title.remove(); });
    document.addEventListener("pointermove", (event) => {
      const one = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
      tip.hidden = !one;
      if (!one) return;
      tip.textContent = one.dataset.tip;
      const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
      const below = event.clientY + 18 + tip.offsetHeight < window.innerHeight;
      tip.style.left = `${Math.max(4, left)}px`;
      tip.style.top = `${below ? event.clientY + 18 : event.clientY - tip.offsetHeight - 10}px`;
    });
    document.addEventListener("pointerleave", () => { tip.hidden = true; });
  };

  document.querySelectorAll("table.rows").forEach(arrange);
  tips();
  document.documentElement.dataset.ready = "1";
})();
