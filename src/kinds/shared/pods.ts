import type { LivePod } from '../../world/ports/cluster.ts'

/** The pods of a Deployment's newest template; those of a template that is being replaced are terminating already. */
export type CurrentPods = { readonly template: string; readonly pods: readonly LivePod[] }

/** The current pods of each Deployment, by its name. */
export function currentPods(pods: readonly LivePod[]): ReadonlyMap<string, CurrentPods> {
  const byDeployment = Map.groupBy(pods, ({ deployment }) => deployment?.name ?? '')
  byDeployment.delete('')
  return new Map([...byDeployment].map(([name, own]) => [name, newestTemplate(own)]))
}

function newestTemplate(pods: readonly LivePod[]): CurrentPods {
  const newest = pods
    .map(({ created }) => created)
    .sort()
    .at(-1)
  const templates = pods.flatMap(({ created, deployment }) => (created === newest && deployment ? [deployment.template] : [])).sort()
  return { template: templates.at(-1) ?? '', pods: pods.filter(({ deployment }) => templates.includes(deployment?.template ?? '')) }
}

/** When each running container started, RFC 3339; a waiting container will start with the values of that time. */
export function startTimes({ pods }: CurrentPods): readonly string[] {
  return pods.flatMap(({ containers }) => containers.flatMap(({ started }) => started ?? []))
}
