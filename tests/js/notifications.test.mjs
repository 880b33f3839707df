import assert from "node:assert/strict";
import { test } from "node:test";
import { Away } from "../../web/js/notifications.js";
import { text } from "../../web/js/language.js";

const JOB = { id: "j", state: "fetched", model: "sora-2", prompt: "a sea", created_at: 1000, ended_at: 1090, cost_usd: 0.32 };

function scene({ hidden = true, isWanted = true, permission = "granted" } = {}) {
  const shown = [];
  const asked = [];
  class Notice {
    constructor(title, { body, tag }) {
      shown.push([title, body, tag]);
    }
    static permission = permission;
    static async requestPermission() {
      asked.push(true);
    }
  }
  const page = { hidden, title: "My workflow - ComfyUI" };
  const away = new Away({ page, Notice, isWanted: () => isWanted, say: (key, values) => text("en", key, values) });
  return { page, away, shown, asked };
}

test("a long job that ends while nobody looks is told, and marked in the title", () => {
  const { page, away, shown } = scene();
  away.ended(JOB);
  assert.deepEqual(shown, [["sora-2: done, $0.32", "a sea", "j"]]);
  assert.equal(page.title, "● My workflow - ComfyUI");
});

test("the mark stays when ComfyUI writes the title anew, and goes when somebody looks", () => {
  const { page, away } = scene();
  away.ended(JOB);
  page.title = "[100%] My workflow - ComfyUI";
  away.look();
  away.look();
  assert.equal(page.title, "● [100%] My workflow - ComfyUI");
  page.hidden = false;
  away.look();
  assert.equal(page.title, "[100%] My workflow - ComfyUI");
});

test("nobody is told of a short job, of one that she sees, or without having asked for it", () => {
  for (const [options, job] of [[{}, { ended_at: 1060 }], [{ hidden: false }, {}], [{ isWanted: false }, {}], [{}, { state: "dropped" }]]) {
    const { page, away, shown } = scene(options);
    away.ended({ ...JOB, ...job });
    assert.deepEqual([shown, page.title], [[], "My workflow - ComfyUI"]);
  }
});

test("a job that failed says so", () => {
  const { away, shown } = scene();
  away.ended({ ...JOB, state: "failed" });
  assert.equal(shown[0][0], "sora-2: failed");
});

test("without permission there is the mark alone", () => {
  const { page, away, shown } = scene({ permission: "denied" });
  away.ended(JOB);
  assert.deepEqual([shown, page.title[0]], [[], "●"]);
});

test("the browser is asked only where it has not decided", async () => {
  const [open, denied] = [scene({ permission: "default" }), scene({ permission: "denied" })];
  await open.away.permit();
  await denied.away.permit();
  assert.deepEqual([open.asked.length, denied.asked.length], [1, 0]);
});

test("a browser without notifications has the mark", async () => {
  const { page, away } = scene();
  away.Notice = undefined;
  await away.permit();
  away.ended(JOB);
  assert.equal(page.title[0], "●");
});
