/** What the sidebar does with takes: compares them, brings one back to its node, makes one final. */
import { priceText } from "./badges.js";
import { Comparison } from "./compare.js";
import { hadMedia, nodeOf, setWidgets, wireLike } from "./takes.js";

/** `comfyui` is the page, `place()` where the view of the comparison is opened, `openWorkflow(job)` opens a job's. */
export function takeActions({ server, comfyui, badges, say, place, openWorkflow }) {
  const requestOf = (job) => server.get(`jobs/${job.id}/request`);

  /** Gives the node that a job came from the settings of that job; false where it is not in the open workflow. */
  function use(job, request) {
    const node = request.widgets && nodeOf(comfyui.rootGraph(), job, request);
    if (!node) return false;
    const linked = comfyui.changing(node.graph, () => setWidgets(node, request.widgets));
    comfyui.showNode(node);
    comfyui.toast("success", "APIMart", say(linked.length ? "take.linked" : "take.used", { names: linked.join(", ") }));
    return true;
  }

  /** The node of a final, with Save Video behind it, because a node that nothing needs does not run. */
  function added({ family, widgets }, earlier) {
    const node = comfyui.addNode(family, 0);
    comfyui.changing(node.graph, () => {
      setWidgets(node, widgets);
      if (earlier?.graph === node.graph) wireLike(node, earlier);
      const save = comfyui.addNode("SaveVideo", 0);
      save.pos = [node.pos[0] + node.size[0] + 60, node.pos[1]];
      node.connect(node.outputs.findIndex((slot) => slot.name === "video"), save, 0);
    });
    comfyui.showNode(node);
    return node;
  }

  return {
    async compare(videos) {
      const requests = await Promise.all(videos.map(({ job }) => requestOf(job)));
      new Comparison({ videos, requests, say, address: comfyui.addressOfFile, use, openWorkflow }).open(place());
    },
    async final(job) {
      const request = await requestOf(job);
      if (!request.final) return comfyui.toast("warning", "APIMart", say("final.none"));
      const earlier = request.final.same_media ? nodeOf(comfyui.rootGraph(), job, request) : null;
      const node = added(request.final, earlier);
      const quote = await badges.refresh(node);
      const price = quote ? priceText(quote, say) : say("badge.unpriced");
      const isBare = request.final.same_media && earlier?.graph !== node.graph && hadMedia(request);
      return comfyui.toast(isBare ? "warning" : "success", say("final.added", { price }), say(isBare ? "final.media" : "final.run"));
    },
    fail(error) {
      throw error;
    },
  };
}
