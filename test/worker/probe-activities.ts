import { Context } from '@temporalio/activity';

export interface ProbeActivities {
  echo(words: string): Promise<string>;
  change(): Promise<string>;
  watch(): Promise<string>;
}

/** What the activities of one worker have been through. */
export class Trail {
  readonly steps: string[] = [];
  /** Ends a change that is in flight. */
  finishChange: () => void = () => undefined;
}

export function probeActivities(
  trail: Trail,
  end: { readonly watchAtOnce: boolean } = { watchAtOnce: false },
): ProbeActivities {
  return {
    echo: async (words) => words,
    change: async () => {
      const finished = new Promise<void>((resolve) => (trail.finishChange = resolve));
      trail.steps.push(`change ${Context.current().info.attempt}`);
      // A worker that may not wait any longer breaks it off; as in production, the outcome is then unknown.
      return Promise.race([finished.then(() => 'accepted'), Context.current().cancelled.catch(() => 'unknown')]);
    },
    watch: async () => {
      const { info } = Context.current();
      trail.steps.push(`watch ${info.attempt} from ${JSON.stringify(info.heartbeatDetails ?? null)}`);
      if (end.watchAtOnce) return `resumed from ${String(info.heartbeatDetails)}`;
      try {
        return await Context.current().cancelled;
      } finally {
        Context.current().heartbeat('the last evaluation');
      }
    },
  };
}
