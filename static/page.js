// What the browser does by itself. The pages may bring this script more than once; it listens once.
(() => {
  if (window.flowinsight) return;
  window.flowinsight = true;

  // "/" puts the cursor into the box from anywhere on the page.
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const typing = at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);
    const box = document.querySelector(".st-key-q input");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || !box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // A chart as a file: Plotly's own button draws it here, in the format and under the name that its settings say.
  document.addEventListener("click", (event) => {
    const { chart, format } = event.target.dataset ?? {};
    if (!chart || !format) return;
    const drawn = document.querySelector(`[class*="st-key-chart_${chart}_"] .js-plotly-plot`);
    const save = drawn?.querySelector(".modebar-btn");
    if (!save) return;
    Object.assign(drawn._context.toImageButtonOptions, { format, filename: `flowinsight-${chart}`, scale: format === "png" ? 2 : 1 });
    save.click();
  });
})();
