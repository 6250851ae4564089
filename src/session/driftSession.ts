import type { Installation, Resolved } from '../installation/installation.ts'
import { childEnvironment } from '../installation/secrets/childEnvironment.ts'
import { loginInputs } from '../installation/secrets/secretInputs.ts'
import { ENCRYPTION_KEY, guideVariables, READERS, SECRET_NAMES } from '../installation/spacelift.ts'
import { collectProblems, problemsOf } from '../values/collectProblems.ts'
import { ProblemError } from '../values/problem.ts'
import { readRsaKey } from '../values/rsaKey.ts'
import { Sealed } from '../values/sealed.ts'
import { indexArchive } from '../world/archive/indexArchive.ts'
import { defaultCacheDir } from '../world/cacheDir.ts'
import { findChart } from '../world/helm/chart.ts'
import type { View } from '../world/ports.ts'
import { chartInUse } from './chartInUse.ts'
import { type Connected, connectWorld } from './connectWorld.ts'
import { findEndpoints } from './endpoints.ts'
import type { Host, InstallationOptions } from './host.ts'
import { openSecrets, readInstallation } from './session.ts'

/** An installation that can only be read: of the file's references only the servers' credentials are opened. */
export type DriftSession = Connected & { readonly installation: Installation }

/** Reads the file and connects, lazily. Throws a ProblemError with all that is wrong on this machine. */
export async function openDriftSession(host: Host, options: InstallationOptions): Promise<DriftSession> {
  const { installation } = await readInstallation(host, options)
  const [opened, endpoints] = await Promise.all([
    collectProblems(() => openSecrets(host, installation, loginInputs(installation))),
    collectProblems(() => findEndpoints(host, options, installation)),
  ])
  if ('problems' in opened || 'problems' in endpoints) throw new ProblemError(problemsOf(opened, endpoints))
  const inputs = { installation, secrets: opened.value.secrets }
  const connected = connectWorld(host, inputs, endpoints.value, childEnvironment(host.env, installation))
  return { ...connected, installation }
}

/**
 * What the file declares, with the cluster's own values in place of the secrets that are not opened: names and presence
 * can be compared, values cannot. Only for a report without a state.
 */
export async function resolveWithoutSecrets(host: Host, installation: Installation, view: View): Promise<Resolved> {
  const env = childEnvironment(host.env, installation)
  const cacheDir = defaultCacheDir(host.env, host.home)
  const { signal, processes } = host
  const { archive } = installation.images
  const [secrets, chart, index] = await Promise.all([
    liveValues(view, installation),
    findChart(installation.release.chart, {
      processes,
      env,
      cacheDir,
      signal,
      versionInUse: () => chartInUse(installation, undefined, view.cluster),
    }),
    archive === undefined ? undefined : indexArchive(archive, { cacheDir, signal }),
  ])
  return { installation, secrets, chart, ...(index && { archive: index }) }
}

async function liveValues(view: View, installation: Installation): Promise<ReadonlyMap<string, Sealed>> {
  const { namespace } = installation.kubernetes
  const reads = READERS.map(async (reader) => {
    const read = await view.cluster.secret(namespace, SECRET_NAMES[reader])
    return [...guideVariables(installation, reader)].flatMap(([key, value]) => {
      const live = read.is === 'present' ? read.value.data.get(key) : undefined
      return 'secret' in value ? [[value.secret.at, placeholderSecret(key, live)] as const] : []
    })
  })
  return new Map((await Promise.all(reads)).flat())
}

function placeholderSecret(key: string, live: Sealed | undefined): Sealed {
  if (live === undefined) return Sealed.of('')
  const read = key === ENCRYPTION_KEY ? readRsaKey(live) : undefined
  return typeof read === 'object' ? read.pem : live
}
