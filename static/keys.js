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
