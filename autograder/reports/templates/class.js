(() => {
  const table = document.getElementById("students"), tools = document.getElementById("tools");
  if (!table || !tools) return;
  const body = table.tBodies[0], rows = [...body.rows];
  const search = tools.querySelector("input"), only = tools.querySelector("select"), told = tools.querySelector("output");
  const show = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = row.dataset.name.includes(wanted) && (!only.value || row.dataset.open.split(" ").includes(only.value));
      row.hidden = !fits;
      shown += fits;
    }
    told.textContent = `${shown} of ${rows.length}`;
  };
  const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;
  const compare = {
    name: (a, b) => inOrder(a.dataset.name, b.dataset.name),
    points: (a, b) => a.dataset.points - b.dataset.points,
    open: (a, b) => a.dataset.open.split(" ").length - b.dataset.open.split(" ").length,
  };
  for (const head of table.querySelectorAll("th[data-key]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      rows.sort((a, b) => (falling ? -1 : 1) * compare[head.dataset.key](a, b));
      body.append(...rows);
    });
  }
  search.addEventListener("input", show);
  only.addEventListener("change", show);
  tools.hidden = false;
  show();
})();
