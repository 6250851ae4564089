import { type DriftOptions, type ObjectDrift, objectDrift, patch } from './objectDrift.ts'

/** A change of one of the release's Deployments. Its repair replaces the pods, unless `replacesPods` is false. */
export const deploymentDrift =
  (part: 'server' | 'drain' | 'scheduler', replacesPods = true) =>
  (name: string, planShows: RegExp, change: ObjectDrift['change'], options: DriftOptions = {}): ObjectDrift => {
    const deployment = `spacelift-${part}`
    const restarts = replacesPods ? { restarts: [deployment] } : {}
    return objectDrift(`apps/Deployment/${deployment}`, name, planShows, change, { ...restarts, ...options })
  }

type Operation = Parameters<typeof patch> extends [string, ...(infer Operations)[]] ? Operations : never

/** A JSON patch whose paths start at the pod's spec. */
export const patchTemplate = (part: string, ...operations: readonly Operation[]) =>
  patch(`deployment/spacelift-${part}`, ...operations.map(([op, path, value]) => [op, `/spec/template/spec${path}`, value] as const))
