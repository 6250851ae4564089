import type { Repository } from '../../installation/installation.ts'
import type { Problem } from '../../values/problem.ts'
import type { Read } from '../../values/read.ts'
import type { LiveContainer, LivePod } from '../../world/ports/cluster.ts'
import type { LiveImage, RegistryReads } from '../../world/ports/registry.ts'
import { identityOf, type Known } from './identity.ts'
import { podsRunAnother, podsUnknown } from './problems.ts'

type Where = { readonly repository: Repository; readonly reference: string }
type Running = { readonly pod: string; readonly digest: string }

/**
 * Which pods run something else than what the tag is, by what their nodes say of it. A node that says nothing, or that
 * says it in a way without a digest, proves nothing. Another manifest of the same image is no other image.
 */
export async function runningOthers(
  registry: RegistryReads,
  { repository, reference }: Where,
  live: LiveImage,
  known: Known,
  pods: Read<readonly LivePod[]>,
): Promise<Problem[]> {
  if (pods.is === 'unknown') return [podsUnknown(reference, pods.why)]
  if (pods.is === 'absent') return []
  const others = pods.value.flatMap((pod) => running(pod, reference)).filter(({ digest }) => !isOf(live, digest))
  const digests = [...new Set(others.map(({ digest }) => digest))]
  const same = new Set<string>()
  for (const digest of digests) if (await isSame(registry, repository, digest, known)) same.add(digest)
  const left = others.filter(({ digest }) => !same.has(digest))
  return left.length === 0 ? [] : [podsRunAnother(reference, live.manifestDigest, left)]
}

function running({ name, containers }: LivePod, reference: string): Running[] {
  const digests = containers.filter(({ image }) => image === reference).flatMap(digestOf)
  return [...new Set(digests)].map((digest) => ({ pod: name, digest }))
}

/** containerd and CRI-O write `repository@sha256:...`, the docker shim `docker-pullable://...` or the config's digest. */
function digestOf({ imageId }: LiveContainer): string[] {
  return /sha256:[0-9a-f]{64}$/.exec(imageId ?? '')?.slice() ?? []
}

function isOf({ manifestDigest, imageDigest, configDigest }: LiveImage, digest: string): boolean {
  return [manifestDigest, imageDigest, configDigest].includes(digest)
}

async function isSame(registry: RegistryReads, at: Repository, digest: string, known: Known): Promise<boolean> {
  const read = await registry.image(at, digest)
  return read.is === 'present' && (await identityOf(registry, at, read.value, known)) === known.config
}
