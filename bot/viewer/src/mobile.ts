/**
 * Events of mobile recordings as the web events that the replayer understands. What a
 * wireframe looks like is wireframes.ts's business; here are only the events. Facts:
 * posthog-ios and posthog-android, whose snapshots carry `wireframes` in place of nodes.
 */
import { type JsonObject, list, number, object } from "./json";
import { EventType, MouseInteraction, type RrwebEvent, Source, sourceOf } from "./rrweb";
import { type NodeIds, type SerializedNode, documentOf, keyboardNode, nodeOf } from "./wireframes";

const BODY_ID = 1;
const KEYBOARD_ID = 2;
const FIRST_FREE_ID = 3;

interface Subtree {
  node: SerializedNode;
  parentId: number;
}

/** One window of a mobile recording, or of a web one, whose events pass untouched. */
export class MobileScreen {
  private isMobile = false;
  private nextId = FIRST_FREE_ID;
  private readonly idOfWireframe = new Map<unknown, number>();
  private readonly parents = new Map<number, number>();
  private readonly ids: NodeIds = {
    of: (wireframe) => this.idOf(wireframe.id),
    fresh: () => this.nextId++,
  };

  /** The event to go on with in place of `event`. */
  apply(event: RrwebEvent): RrwebEvent {
    const { data } = event;
    if (event.type === EventType.FullSnapshot && Array.isArray(data.wireframes)) {
      this.isMobile = true;
      const node = documentOf(data.wireframes, this.ids, BODY_ID);
      this.flat(node, 0);
      return { ...event, data: { node, initialOffset: data.initialOffset } };
    }
    if (!this.isMobile) return event;
    if (event.type === EventType.Custom && data.tag === "keyboard") {
      return this.keyboard(event, object(data.payload));
    }
    switch (sourceOf(event)) {
      case Source.Mutation:
        return this.mutation(event);
      case Source.MouseInteraction:
      case Source.TouchMove:
        return this.touch(event);
      default:
        return event;
    }
  }

  private mutation(event: RrwebEvent): RrwebEvent {
    const { data } = event;
    const updates = list(data.updates).map(object);
    const removes = [
      ...list(data.removes).map((entry) => this.idOf(object(entry).id)),
      ...updates.map((update) => this.idOf(object(update.wireframe).id)),
    ];
    const adds = [...updates, ...list(data.adds).map(object)].map((add) => {
      const wireframe = object(add.wireframe);
      const parentId = wireframe.type === "screenshot" ? BODY_ID : this.parentOf(add.parentId);
      return { node: nodeOf(wireframe, this.ids), parentId };
    });
    return this.mutationEvent(event.timestamp, adds, removes);
  }

  private keyboard(event: RrwebEvent, payload: JsonObject): RrwebEvent {
    const node = keyboardNode(payload, this.ids, KEYBOARD_ID);
    const adds = payload.open === true ? [{ node, parentId: BODY_ID }] : [];
    return this.mutationEvent(event.timestamp, adds, [KEYBOARD_ID]);
  }

  /** iOS names no node (id 0); a tap's end is what a click is on the web. */
  private touch(event: RrwebEvent): RrwebEvent {
    const tapped = event.data.type === MouseInteraction.TouchEnd;
    const positions = list(event.data.positions).map((entry) => ({
      ...object(entry),
      id: this.parentOf(object(entry).id),
    }));
    return {
      ...event,
      data: { ...event.data, id: this.parentOf(event.data.id), positions, tapped },
    };
  }

  private mutationEvent(timestamp: number, subtrees: Subtree[], removed: number[]): RrwebEvent {
    const removes = removed.map((id) => ({ id, parentId: this.parents.get(id) ?? BODY_ID }));
    const adds = subtrees.flatMap(({ node, parentId }) => this.flat(node, parentId));
    return {
      type: EventType.Incremental,
      timestamp,
      data: { source: Source.Mutation, texts: [], attributes: [], adds, removes },
    };
  }

  /** The replayer takes one add for each node, parents first, without their children. */
  private flat(node: SerializedNode, parentId: number): JsonObject[] {
    this.parents.set(node.id, parentId);
    return [
      { parentId, nextId: null, node: { ...node, childNodes: [] } },
      ...node.childNodes.flatMap((child) => this.flat(child, node.id)),
    ];
  }

  private idOf(wireframeId: unknown): number {
    let id = this.idOfWireframe.get(wireframeId);
    if (id === undefined) {
      id = this.nextId++;
      this.idOfWireframe.set(wireframeId, id);
    }
    return id;
  }

  private parentOf(wireframeId: unknown): number {
    return this.idOfWireframe.get(wireframeId) ?? BODY_ID;
  }
}

/** The size of the screen that a mobile full snapshot's outermost wireframe fills. */
export function sizeOfWireframes(data: JsonObject): { width: number; height: number } | null {
  const root = object(list(data.wireframes)[0]);
  const width = number(root.width);
  const height = number(root.height);
  return width && height ? { width, height } : null;
}
