import { dirname, resolve } from 'node:path'
import { parseDuration } from '../values/duration.ts'
import { type JsonPointer, pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Bucket, ChartSource, Installation, PlainOrSecret, Registry, SecretInput, SecretReference } from './installation.ts'
import type { DesiredState } from './schema/schema.ts'
import { splitRepository } from './schema/stringFormats.ts'
import { BUCKETS, DEFAULTS } from './spacelift.ts'

type Positions = ReadonlyMap<JsonPointer, Position>
type WrittenSecret = DesiredState['database']['url']

/** A file that was found right, with the guide's defaults filled in and every path made absolute from the file's folder. */
export function applyDefaults(it: DesiredState, path: string, positions: Positions): Installation {
  const from = new Folder(dirname(path))
  const { objectStorage } = it
  return {
    path,
    version: it.version,
    serverDomain: it.serverDomain,
    kubernetes: defined({
      context: it.kubernetes?.context,
      namespace: it.kubernetes?.namespace ?? DEFAULTS.namespace,
      namespaceLabels: it.kubernetes?.namespaceLabels ?? {},
    }),
    registries: Object.entries(it.registries ?? {}).map(([host, registry]) => completeRegistry(from, host, registry)),
    images: defined({
      archive: from.path(it.images.archive),
      archiveSha256: it.images.archiveSha256,
      platform: it.images.platform ?? DEFAULTS.platform,
      backend: splitRepository(it.images.backend),
      launcher: splitRepository(it.images.launcher),
    }),
    objectStorage: defined({
      endpoint: withoutSlash(objectStorage.endpoint),
      caFile: from.path(objectStorage.caFile),
      region: objectStorage.region ?? DEFAULTS.region,
      inCluster: { tls: true, allowInsecure: false, ...defined(objectStorage.inCluster) },
      uploadsUrl: withoutSlash(objectStorage.uploadsUrl),
      admin: credentials(from, 'admin', objectStorage.admin),
      application: credentials(from, 'application', objectStorage.application),
      buckets: [...guideBuckets(objectStorage.buckets ?? {}), ...extraBuckets(objectStorage.extraBuckets ?? {})],
    }),
    database: { url: from.secret(it.database.url, 'database', 'url') },
    encryption: defined({
      rsaPrivateKey: from.secret(it.encryption.rsaPrivateKey, 'encryption', 'rsaPrivateKey'),
      publicKeySha256: it.encryption.publicKeySha256,
    }),
    license: { token: from.secret(it.license.token, 'license', 'token') },
    admin: { username: from.text(it.admin.username, 'admin', 'username'), password: from.secret(it.admin.password, 'admin', 'password') },
    release: {
      name: it.release?.name ?? DEFAULTS.releaseName,
      chart: chart(from, it.release?.chart),
      timeoutSeconds: (it.release?.timeout && parseDuration(it.release.timeout)) || DEFAULTS.timeoutSeconds,
      values: it.release?.values ?? {},
    },
    environment: {
      shared: variables(from, 'shared', it.environment?.shared),
      server: variables(from, 'server', it.environment?.server),
      drain: variables(from, 'drain', it.environment?.drain),
    },
    watch: {
      intervalSeconds: (it.watch?.interval && parseDuration(it.watch.interval)) || DEFAULTS.watch.intervalSeconds,
      policy: it.watch?.policy ?? DEFAULTS.watch.policy,
    },
    drift: {
      accept: (it.drift?.accept ?? []).map((one, i) => defined({ ...one, at: positions.get(pointer('drift', 'accept', String(i))) })),
    },
    state: { lockNamespace: it.state?.lock?.namespace ?? DEFAULTS.lockNamespace },
    positions,
  }
}

/** The folder of the file, from which its paths count. */
class Folder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  path<P extends string | undefined>(path: P): P {
    return (path === undefined ? undefined : resolve(this.#folder, path)) as P
  }

  secret(written: WrittenSecret, ...at: readonly string[]): SecretInput {
    return { at: pointer(...at), from: this.#reference(written) }
  }

  text(written: string | WrittenSecret, ...at: readonly string[]): PlainOrSecret {
    return typeof written === 'string' ? written : this.secret(written, ...at)
  }

  #reference(written: WrittenSecret): SecretReference {
    if ('file' in written) return { file: this.path(written.file) }
    if (!('command' in written)) return { env: written.env }
    const [program = '', ...args] = written.command
    // A bare name is looked up in PATH; one with a path in it counts from the file, as every path does.
    return { command: [program.includes('/') ? this.path(program) : program, ...args], env: written.env ?? [] }
  }
}

function completeRegistry(from: Folder, host: string, it: NonNullable<DesiredState['registries']>[string]): Registry {
  return defined({
    host,
    caFile: from.path(it.caFile),
    plainHttp: it.plainHttp ?? false,
    username: it.username === undefined ? undefined : from.text(it.username, 'registries', host, 'username'),
    password: it.password === undefined ? undefined : from.secret(it.password, 'registries', host, 'password'),
  })
}

function credentials(from: Folder, who: 'admin' | 'application', it: DesiredState['objectStorage']['admin']) {
  return {
    accessKey: from.secret(it.accessKey, 'objectStorage', who, 'accessKey'),
    secretKey: from.secret(it.secretKey, 'objectStorage', who, 'secretKey'),
  }
}

function guideBuckets(written: NonNullable<DesiredState['objectStorage']['buckets']>): Bucket[] {
  return BUCKETS.map(({ role, name, versioning, expireAfterDays }) => {
    const it = written[role] ?? {}
    return defined({
      role,
      name: it.name ?? name,
      versioning: it.versioning ?? versioning,
      expireAfterDays: days(it.expireAfterDays ?? expireAfterDays),
      noncurrentDays: days(it.noncurrentDays),
    })
  })
}

function extraBuckets(written: NonNullable<DesiredState['objectStorage']['extraBuckets']>): Bucket[] {
  return Object.entries(written).map(([name, it]) =>
    defined({
      name,
      versioning: it.versioning ?? DEFAULTS.versioning,
      expireAfterDays: days(it.expireAfterDays),
      noncurrentDays: days(it.noncurrentDays),
    }),
  )
}

function days(written: number | 'never' | undefined): number | undefined {
  return written === 'never' ? undefined : written
}

function chart(from: Folder, it: NonNullable<DesiredState['release']>['chart']): ChartSource {
  if (it?.path !== undefined) return { path: from.path(it.path) }
  if (it?.oci !== undefined) return defined({ oci: it.oci, version: it.version })
  return it?.repo !== undefined && it.name !== undefined ? defined({ repo: it.repo, name: it.name, version: it.version }) : DEFAULTS.chart
}

function variables(from: Folder, reader: string, written: { readonly [name: string]: string | WrittenSecret } | undefined) {
  return Object.fromEntries(Object.entries(written ?? {}).map(([name, value]) => [name, from.text(value, 'environment', reader, name)]))
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '')
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Leaves out keys without a value: an optional key is absent or has one. */
function defined<T extends object>(it: T): Defined<T> {
  return Object.fromEntries(Object.entries(it).filter(([, value]) => value !== undefined)) as Defined<T>
}
