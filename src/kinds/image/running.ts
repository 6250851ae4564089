import type { Repository } from '../../installation/installation.ts'
import type { Problem } from '../../values/problem.ts'
import type { ReadResult } from '../../values/readResult.ts'
import type { LiveContainer, LivePod } from '../../world/ports/cluster.ts'
import type { LiveImage, RegistryReads } from '../../world/ports/registry.ts'
import type { OutdatedReaders } from '../kind.ts'
import { currentPods } from '../shared/pods.ts'
import { identityOf, type Known } from './identity.ts'
import { podsRunAnother, podsUnknown } from './imageProblems.ts'

type Where = { readonly repository: Repository; readonly reference: string }
type Running = { readonly pod: LivePod; readonly digest: string }
type Others = { readonly problems: readonly Problem[]; readonly stale: OutdatedReaders }

const NONE: Others = { problems: [], stale: new Map() }

/**
 * Which pods run something else than what the tag is, by what their nodes say of it. A node that says nothing, or that
 * says it in a way without a digest, proves nothing. Another manifest of the same image is no other image. Stale are those
 * of which the registry still knows that it is another one: what it does not know may be our image from elsewhere.
 */
export async function runningOthers(
  registry: RegistryReads,
  { repository, reference }: Where,
  live: LiveImage,
  known: Known,
  pods: ReadResult<readonly LivePod[]>,
): Promise<Others> {
  if (pods.is === 'unknown') return { ...NONE, problems: [podsUnknown(reference, pods.why)] }
  if (pods.is === 'absent') return NONE
  const others = pods.value.flatMap((pod) => running(pod, reference)).filter(({ digest }) => !isOf(live, digest))
  const kinds = new Map<string, 'same' | 'other' | 'unproven'>()
  for (const digest of new Set(others.map((one) => one.digest))) kinds.set(digest, await comparison(registry, repository, digest, known))
  const left = others.filter(({ digest }) => kinds.get(digest) !== 'same')
  if (left.length === 0) return NONE
  const rows = left.map(({ pod, digest }) => ({ pod: pod.name, digest }))
  const proven = left.filter(({ digest }) => kinds.get(digest) === 'other')
  return { problems: [podsRunAnother(reference, live.manifestDigest, rows)], stale: staleOf(proven, pods.value) }
}

/** By Deployment; a pod of a template that is being replaced is on its way out already. */
function staleOf(others: readonly Running[], pods: readonly LivePod[]): OutdatedReaders {
  const staying = [...currentPods(pods)].map(([name, { pods: own }]) => {
    const digests = others.filter(({ pod }) => own.includes(pod)).map(({ digest }) => digest)
    return [name, [...new Set(digests)].sort()] as const
  })
  return new Map(staying.filter(([, digests]) => digests.length > 0))
}

function running(pod: LivePod, reference: string): Running[] {
  const digests = pod.containers.filter(({ image }) => image === reference).flatMap(digestOf)
  return [...new Set(digests)].map((digest) => ({ pod, digest }))
}

/** containerd and CRI-O write `repository@sha256:...`, the docker shim `docker-pullable://...` or the config's digest. */
function digestOf({ imageId }: LiveContainer): string[] {
  return /sha256:[0-9a-f]{64}$/.exec(imageId ?? '')?.slice() ?? []
}

function isOf({ manifestDigest, imageDigest, configDigest }: LiveImage, digest: string): boolean {
  return [manifestDigest, imageDigest, configDigest].includes(digest)
}

async function comparison(registry: RegistryReads, at: Repository, digest: string, known: Known): Promise<'same' | 'other' | 'unproven'> {
  const read = await registry.image(at, digest)
  if (read.is !== 'present') return 'unproven'
  return (await identityOf(registry, at, read.value, known)) === known.config ? 'same' : 'other'
}
