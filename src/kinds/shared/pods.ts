import type { LivePod } from '../../world/ports/cluster.ts'

/** The pods of a Deployment that stay: those of a template that is being replaced are on their way out already. */
export type CurrentPods = { readonly template: string; readonly pods: readonly LivePod[] }

/** The pods that stay of each Deployment, by its name. */
export function currentPods(pods: readonly LivePod[]): ReadonlyMap<string, CurrentPods> {
  const all = Map.groupBy(pods, ({ deployment }) => deployment?.name ?? '')
  all.delete('')
  return new Map([...all].map(([name, own]) => [name, staying(own)]))
}

function staying(pods: readonly LivePod[]): CurrentPods {
  const last = pods
    .map(({ created }) => created)
    .sort()
    .at(-1)
  const templates = pods.flatMap(({ created, deployment }) => (created === last && deployment ? [deployment.template] : [])).sort()
  return { template: templates.at(-1) ?? '', pods: pods.filter(({ deployment }) => templates.includes(deployment?.template ?? '')) }
}

/** When each container that runs was started, RFC 3339; one that waits will start with what is there then. */
export function startTimes({ pods }: CurrentPods): readonly string[] {
  return pods.flatMap(({ containers }) => containers.flatMap(({ started }) => started ?? []))
}
