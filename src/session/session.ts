import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Installation, Resolved, SecretInput } from '../installation/installation.ts'
import { parse } from '../installation/parse.ts'
import { childEnvironment } from '../installation/secrets/childEnvironment.ts'
import { openReferences } from '../installation/secrets/references.ts'
import type { ReadContext } from '../kinds/kind.ts'
import { FileStore } from '../state/fileStore.ts'
import { leftovers } from '../state/history.ts'
import { collectProblems, problemsOf } from '../values/collectProblems.ts'
import { errnoCode } from '../values/errnoCode.ts'
import { Fingerprinter } from '../values/fingerprint.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { Sealed } from '../values/sealed.ts'
import { indexArchive } from '../world/archive/indexArchive.ts'
import { defaultCacheDir } from '../world/cacheDir.ts'
import { type ChartPorts, findChart } from '../world/helm/chart.ts'
import type { Leases } from '../world/ports/leases.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import type { World } from '../world/ports.ts'
import { chartInUse } from './chartInUse.ts'
import { type ConnectionInputs, connectWorld } from './connectWorld.ts'
import { type Endpoints, findEndpoints } from './endpoints.ts'
import type { Host, InstallationOptions } from './host.ts'
import { stateFolder } from './stateFolder.ts'

/** The installation of one run, opened on this machine and connected to its endpoints. */
export type Session = AsyncDisposable & {
  readonly resolved: Resolved
  /** Errors for a new installation, and only findings for an existing one: a weak key, an expired licence. */
  readonly warnings: readonly Problem[]
  /** The text of the desired state. */
  readonly fileText: string
  readonly world: World
  readonly readContext: ReadContext
  readonly leases: Leases
  readonly store: FileStore
}

/**
 * Reads and checks everything that can be checked on this machine, then connects (lazily: no request is sent yet).
 * Throws a ProblemError with all problems.
 */
export async function openSession(host: Host, options: InstallationOptions): Promise<Session> {
  const { installation, fileText } = await readInstallation(host, options)
  const { resolved, env, warnings, endpoints } = await open(host, options, installation)
  const store = new FileStore(stateFolder(host, options))
  const connected = connectWorld(host, resolved, endpoints, env)
  const readContext = { view: connected.world, ...(await readContextParts(host, resolved, store)) }
  return { resolved, warnings, fileText, store, readContext, ...connected }
}

/** Reads and parses the desired state. Throws a ProblemError with all its problems. */
export async function readInstallation(
  host: Host,
  options: InstallationOptions,
): Promise<{ installation: Installation; fileText: string }> {
  const path = resolve(host.cwd, options.file)
  const fileText = await readText(path, options.file)
  const parsed = parse(fileText, options.file, path)
  if ('problems' in parsed) throw new ProblemError(parsed.problems)
  return { installation: parsed.installation, fileText }
}

async function readText(path: string, name: string): Promise<string> {
  return readFile(path, 'utf8').catch((error) => {
    const summary = `${name} cannot be read (${errnoCode(error)}).`
    throw new ProblemError({
      code: 'file/unreadable',
      summary,
      remedy: 'Name the desired state with -f FILE. The README shows how to write one.',
    })
  })
}

type Opened = {
  readonly resolved: Resolved
  readonly env: Readonly<Record<string, string>>
  readonly warnings: readonly Problem[]
  readonly endpoints: Endpoints
}

/** Secret references, certificates, the kubeconfig, the archive's index and the chart, with all their problems at once. */
async function open(host: Host, options: InstallationOptions, installation: Installation): Promise<Opened> {
  const env = childEnvironment(host.env, installation)
  const cacheDir = defaultCacheDir(host.env, host.home)
  const { release, positions } = installation
  const { signal, processes } = host
  const chartAt = positions.get('/release/chart/path') ?? positions.get('/release/chart')
  const find = (versionInUse: ChartPorts['versionInUse']) =>
    collectProblems(() => findChart(release.chart, { processes, env, cacheDir, signal, versionInUse }), chartAt)
  const [secrets, index, endpoints, onDisk] = await Promise.all([
    collectProblems(() => openSecrets(host, installation)),
    collectProblems(() => readArchive(installation, { cacheDir, signal }), positions.get('/images/archive')),
    collectProblems(() => findEndpoints(host, options, installation)),
    'path' in release.chart ? find(async () => undefined) : undefined,
  ])
  if ('problems' in secrets || 'problems' in index || 'problems' in endpoints)
    throw new ProblemError(problemsOf(secrets, index, endpoints, onDisk))
  // The problems of this machine are reported before a chart is requested from a server.
  const chart =
    onDisk ?? (await find(() => versionInUse(host, options, { installation, secrets: secrets.value.secrets }, endpoints.value, env)))
  if ('problems' in chart) throw new ProblemError(chart.problems)
  const resolved = { installation, secrets: secrets.value.secrets, chart: chart.value, ...(index.value && { archive: index.value }) }
  return { resolved, env, warnings: secrets.value.warnings, endpoints: endpoints.value }
}

/** Reads the cluster only where no state has the version. */
async function versionInUse(host: Host, options: InstallationOptions, inputs: ConnectionInputs, endpoints: Endpoints, env: Opened['env']) {
  const state = await new FileStore(stateFolder(host, options)).load()
  await using connected = connectWorld(host, inputs, endpoints, env)
  return chartInUse(inputs.installation, state, connected.world.cluster)
}

async function readArchive({ images }: Installation, ports: { readonly cacheDir: string; readonly signal: AbortSignal }) {
  const { archive, archiveSha256 } = images
  return archive === undefined ? undefined : indexArchive(archive, { ...ports, ...(archiveSha256 && { sha256: archiveSha256 }) })
}

/** Opens the references of the file, all of them or only `inputs`. Throws a ProblemError with all problems. */
export async function openSecrets(host: Host, installation: Installation, inputs?: readonly SecretInput[]): Promise<OpenedSecrets> {
  const ports = {
    env: host.env,
    readFile,
    stat,
    run: host.processes.run,
    now: () => host.clock.now(),
    signal: host.signal,
    secretCache: host.secretCache,
  }
  const opened = await openReferences(installation, ports, inputs)
  if ('problems' in opened) throw new ProblemError(opened.problems)
  return opened
}

type OpenedSecrets = Pick<Resolved, 'secrets'> & { readonly warnings: readonly Problem[] }

async function readContextParts(host: Host, { installation, secrets }: Resolved, store: FileStore): Promise<Omit<ReadContext, 'view'>> {
  const previousHelmExited = haveExited(host, (await leftovers(store.folder)).children)
  const fingerprint = Fingerprinter.fromPrivateKey(secrets.get(installation.encryption.rsaPrivateKey.at) as Sealed)
  return { fingerprint, signal: host.signal, now: host.clock.now(), previousHelmExited }
}

/** True when there were child processes, and each is known to have ended. */
export function haveExited(host: Host, children: readonly ProcessIdentity[]): boolean {
  return children.length > 0 && children.every((child) => host.processes.isAlive(child) === false)
}
