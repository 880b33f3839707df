/** Dollars and seconds as people read them. */

/** Cents, and finer where cents would hide the amount: $1.03, $0.004. */
export function usd(amount) {
  const digits = amount > 0 && amount < 0.1 ? 4 : 2;
  const [whole, rest] = amount.toFixed(digits).split(".");
  return `$${whole}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, "")}`;
}

/** A price per unit, to a tenth of a cent. */
export function unitUsd(amount) {
  const [whole, rest] = amount.toFixed(3).split(".");
  return `$${whole}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, "")}`;
}

/** 45 s, 3 min, 1 h 5 min. */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The clock time of today, the date of any other day; both as the language writes them. */
export function moment(unixSeconds, language, now = Date.now()) {
  const then = new Date(unixSeconds * 1000);
  const isToday = then.toDateString() === new Date(now).toDateString();
  const form = isToday ? { hour: "2-digit", minute: "2-digit" } : { month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(language, form).format(then);
}
