// Comforts for pages that are whole without them: how long ago things happened, and copying an address.
"use strict";

const units = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

// ago says how long ago a moment of the last week was; "" for any other.
function ago(moment) {
  let n = (Date.now() - moment) / 1000;
  if (n < 0) return "";
  for (const [unit, size] of units) {
    if (n < size) return unit === "second" ? "just now" : words.format(-Math.floor(n), unit);
    n /= size;
  }
  return "";
}

function tellTimes() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    time.dataset.absolute ??= time.textContent;
    time.title = time.dataset.absolute;
    time.textContent = ago(Date.parse(time.dateTime)) || time.dataset.absolute;
  }
}

async function copy(button) {
  const field = button.parentElement.querySelector("input");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch { // no leave, or not a secure page
    document.execCommand("copy");
  }
  const said = button.parentElement.querySelector("output");
  said.textContent = "Copied";
  setTimeout(() => { said.textContent = ""; }, 3000);
}

tellTimes();
setInterval(tellTimes, 30000);
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
