/** The texts of the face in the person's language. */
import en from "./strings/en.js";
import ja from "./strings/ja.js";
import ko from "./strings/ko.js";
import zh from "./strings/zh.js";

export const LANGUAGES = { en, ko, ja, zh };
export const NAMES = { en: "English", ko: "한국어", ja: "日本語", zh: "中文" };
/** The choice of ComfyUI's own language: from 1.58 on, its lists show no option whose value is empty. */
export const FOLLOW = "comfyui";

/** What the provider can tell errors of tasks in: more than we speak. */
export const TASK_LANGUAGES = ["en", "zh", "ja", "ko", "ru", "fr", "de", "id", "pt", "es"];

/** The language that was chosen, else ComfyUI's where we speak it, else English. */
export function languageOf(chosen, locale) {
  if (Object.hasOwn(LANGUAGES, chosen ?? "")) return chosen;
  const short = String(locale ?? "").split("-")[0];
  return Object.hasOwn(LANGUAGES, short) ? short : "en";
}

/** The language for errors of tasks: the one that was chosen, else ComfyUI's where the provider knows it, else English. */
export function taskLanguageOf(chosen, locale) {
  if (Object.hasOwn(LANGUAGES, chosen ?? "")) return chosen;
  const short = String(locale ?? "").split("-")[0];
  return TASK_LANGUAGES.includes(short) ? short : "en";
}

/** The text `key` in `language`, with `{names}` filled in. */
export function text(language, key, values = {}) {
  const found = LANGUAGES[language]?.[key] ?? en[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}
