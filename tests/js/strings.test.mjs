import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, NAMES, TASK_LANGUAGES, languageOf, taskLanguageOf, text } from "../../web/js/language.js";

const { en, ...others } = LANGUAGES;
const names = (said) => [...said.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

for (const [language, strings] of Object.entries(others)) {
  test(`${language} says everything that English says, and nothing else`, () => {
    assert.deepEqual(Object.keys(strings).sort(), Object.keys(en).sort());
  });

  test(`${language} fills in what English fills in`, () => {
    for (const key of Object.keys(en)) assert.deepEqual(names(strings[key]), names(en[key]), key);
  });

  test(`${language} is written, and not English`, () => {
    const same = Object.keys(en).filter((key) => strings[key].trim() === "" || strings[key] === en[key]);
    assert.deepEqual(same, []);
  });
}

test("every language has a name of its own", () => {
  assert.deepEqual(Object.keys(NAMES).sort(), Object.keys(LANGUAGES).sort());
});

test("the chosen language wins, then ComfyUI's, then English", () => {
  assert.equal(languageOf("ja", "ko"), "ja");
  assert.equal(languageOf("", "zh-TW"), "zh");
  assert.equal(languageOf(undefined, "ko"), "ko");
  assert.equal(languageOf("", "fr"), "en");
  assert.equal(languageOf("", undefined), "en");
  assert.equal(languageOf("constructor", "toString"), "en");
});

test("a text is filled in as it is, and an unknown one is its own name", () => {
  assert.equal(text("en", "badge.rate", { usd: "$1 {x}" }), "$1 {x} per second");
  assert.equal(text("en", "nobody.knows"), "nobody.knows");
});

test("errors of tasks come in a language of the provider, also in one that the pack does not speak", () => {
  assert.equal(taskLanguageOf("", "fr"), "fr");
  assert.equal(taskLanguageOf("", "pt-BR"), "pt");
  assert.equal(taskLanguageOf("", "zh-TW"), "zh");
  assert.equal(taskLanguageOf("ja", "fr"), "ja");
  assert.equal(taskLanguageOf("", "tr"), "en");
  assert.equal(taskLanguageOf(undefined, undefined), "en");
  assert.ok(Object.keys(LANGUAGES).every((code) => TASK_LANGUAGES.includes(code)));
});
