/** What waits for a person's approval, on this page: the first answer counts, here or elsewhere. */

/** What all questions together are for: `{ jobs, usd, isAtLeast, until }`, the earliest end in Unix seconds. */
export function sumOf(approvals) {
  return {
    jobs: approvals.flatMap((one) => one.jobs),
    usd: approvals.reduce((sum, one) => sum + one.usd, 0),
    isAtLeast: approvals.some((one) => one.at_least),
    until: Math.min(...approvals.map((one) => one.until)),
  };
}

export class Approvals {
  /**
   * `view.draw(found, isNew)` shows what waits, and opens by itself where something `isNew`; `tell(kind, text)` says what
   * was decided elsewhere.
   */
  constructor({ server, say, view, tell }) {
    Object.assign(this, { server, say, view, tell });
    this.waiting = [];
    this.met = new Set();
    this.answered = new Set();
  }

  /** What is asked now; where that cannot be told, the next event or connection asks again. */
  async load() {
    const found = await this.server.get("approvals").catch(() => null);
    if (!found) return;
    this.waiting = found.approvals.filter(({ id }) => !this.answered.has(id));
    const isNew = this.waiting.some(({ id }) => !this.met.has(id));
    this.waiting.forEach(({ id }) => this.met.add(id));
    this.view.draw({ ...found, approvals: this.waiting }, isNew);
  }

  /** Somebody is asked, or has answered. */
  async hear(approval) {
    const isOurs = this.answered.has(approval.id) || !this.waiting.some(({ id }) => id === approval.id);
    if (approval.decision && !isOurs) this.tellDecided(approval);
    await this.load();
  }

  /** Answer the questions of these ids. */
  async answer(ids, isYes) {
    for (const id of ids) await this.answerOne(id, isYes);
    await this.load();
  }

  async answerOne(id, isYes) {
    this.answered.add(id);
    try {
      await this.server.post(`approvals/${id}`, { approve: isYes });
    } catch (error) {
      const decided = error.content?.approval;
      if (decided) return this.tellDecided(decided);
      this.answered.delete(id);
      this.tell("error", error.message);
    }
  }

  /** A run that was cancelled asks no more, and whoever cancelled it knows. */
  tellDecided({ decision, decided_by: by }) {
    if (decision === "withdrawn") return;
    const isLate = by === "nobody";
    this.tell(isLate ? "warning" : "info", this.say(isLate ? "approval.late" : `approval.was.${decision}`));
  }
}
