// Slack's date tokens, in the reader's own zone and language.

const style = (options) => new Intl.DateTimeFormat(undefined, options);
const FORMATS = {
  date_num: style({ dateStyle: "short" }),
  date: style({ month: "long", day: "numeric", year: "numeric" }),
  date_short: style({ month: "short", day: "numeric", year: "numeric" }),
  date_long: style({ dateStyle: "full" }),
  time: style({ timeStyle: "short" }),
  time_secs: style({ timeStyle: "medium" }),
};
const WHOLE = style({ dateStyle: "full", timeStyle: "medium" });

export function localise(root) {
  for (const element of root.querySelectorAll("time[data-unix]")) {
    const when = new Date(Number(element.dataset.unix) * 1000);
    const layout = element.dataset.layout;
    if (Number.isNaN(when.getTime()) || !layout) continue;
    element.title = WHOLE.format(when);
    element.textContent = layout.replace(/\{(\w+)\}/g, (whole, name) => {
      if (name === "ago") return ago(when);
      const pretty = name.endsWith("_pretty") && relativeDay(when);
      const format = FORMATS[name.replace("_pretty", "")];
      return pretty || (format ? format.format(when) : whole);
    });
  }
}

function relativeDay(when) {
  const days = (date) => new Date(date).setHours(0, 0, 0, 0) / 86400000;
  const names = { "-1": "yesterday", 0: "today", 1: "tomorrow" };
  return names[Math.round(days(when) - days(Date.now()))];
}

function ago(when) {
  const minutes = Math.round((Date.now() - when) / 60000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(-minutes, "minute");
  if (Math.abs(minutes) < 1440) return words.format(-Math.round(minutes / 60), "hour");
  return words.format(-Math.round(minutes / 1440), "day");
}
