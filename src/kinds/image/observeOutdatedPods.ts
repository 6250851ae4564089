import type { Repository } from '../../installation/installation.ts'
import type { Problem } from '../../values/problem.ts'
import type { ReadResult } from '../../values/readResult.ts'
import type { LiveContainer, LivePod } from '../../world/ports/cluster.ts'
import type { LiveImage, RegistryReads } from '../../world/ports/registry.ts'
import type { OutdatedReaders } from '../kind.ts'
import { currentPods } from '../shared/pods.ts'
import { identityOf, type KnownImage } from './identity.ts'
import { podsRunAnother, podsUnknown } from './imageProblems.ts'

type TaggedImage = { readonly repository: Repository; readonly reference: string }
type RunningImage = { readonly pod: LivePod; readonly digest: string }
type Comparison = 'same' | 'different' | 'unproven'
type OutdatedPods = { readonly problems: readonly Problem[]; readonly outdatedReaders: OutdatedReaders }

const NONE: OutdatedPods = { problems: [], outdatedReaders: new Map() }

/**
 * Which pods run an image other than the tag's, by what their nodes report. A node that reports nothing, or no digest, proves
 * nothing; another manifest of the same image is no difference. Only Deployments whose image the registry still has, and
 * which is provably different, are outdated readers: an image the registry does not know may be the same one from a mirror.
 */
export async function observeOutdatedPods(
  registry: RegistryReads,
  { repository, reference }: TaggedImage,
  live: LiveImage,
  known: KnownImage,
  pods: ReadResult<readonly LivePod[]>,
): Promise<OutdatedPods> {
  if (pods.is === 'unknown') return { ...NONE, problems: [podsUnknown(reference, pods.why)] }
  if (pods.is === 'absent') return NONE
  const others = pods.value.flatMap((pod) => runningImages(pod, reference)).filter(({ digest }) => !isDigestOf(live, digest))
  const comparisons = new Map<string, Comparison>()
  for (const digest of new Set(others.map((running) => running.digest)))
    comparisons.set(digest, await compare(registry, repository, digest, known))
  const outdated = others.filter(({ digest }) => comparisons.get(digest) !== 'same')
  if (outdated.length === 0) return NONE
  const rows = outdated.map(({ pod, digest }) => ({ pod: pod.name, digest }))
  const proven = outdated.filter(({ digest }) => comparisons.get(digest) === 'different')
  return { problems: [podsRunAnother(reference, live.manifestDigest, rows)], outdatedReaders: byDeployment(proven, pods.value) }
}

/** The digests by Deployment; pods of a template that is being replaced do not count, they are terminating already. */
function byDeployment(outdated: readonly RunningImage[], pods: readonly LivePod[]): OutdatedReaders {
  const deployments = [...currentPods(pods)].map(([name, { pods: current }]) => {
    const digests = outdated.filter(({ pod }) => current.includes(pod)).map(({ digest }) => digest)
    return [name, [...new Set(digests)].sort()] as const
  })
  return new Map(deployments.filter(([, digests]) => digests.length > 0))
}

function runningImages(pod: LivePod, reference: string): RunningImage[] {
  const digests = pod.containers.filter(({ image }) => image === reference).flatMap(digestOf)
  return [...new Set(digests)].map((digest) => ({ pod, digest }))
}

/** containerd and CRI-O write `repository@sha256:...`, the docker shim `docker-pullable://...` or the config's digest. */
function digestOf({ imageId }: LiveContainer): string[] {
  return /sha256:[0-9a-f]{64}$/.exec(imageId ?? '')?.slice() ?? []
}

function isDigestOf({ manifestDigest, imageDigest, configDigest }: LiveImage, digest: string): boolean {
  return [manifestDigest, imageDigest, configDigest].includes(digest)
}

async function compare(registry: RegistryReads, repository: Repository, digest: string, known: KnownImage): Promise<Comparison> {
  const read = await registry.image(repository, digest)
  if (read.is !== 'present') return 'unproven'
  return (await identityOf(registry, repository, read.value, known)) === known.config ? 'same' : 'different'
}
