import type { Installation, PlainOrSecret, Registry, Repository, Resolved } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { RegistryReads, RegistryWrites } from '../ports/registry.ts'
import { Auth } from './auth.ts'
import { RegistryHost } from './host.ts'
import { type Login, type LoginSource, machineLogin } from './login.ts'
import { absence, readContent, readImage } from './readImage.ts'
import { refused } from './registryProblems.ts'
import { type CaTrust, RegistryTransport } from './transport.ts'

/**
 * The registries of an installation. Nothing is contacted or read before the first question.
 * Logins: the file's `registries`, else what docker or podman left on this machine.
 */
export function openRegistries({ installation, secrets }: Pick<Resolved, 'installation' | 'secrets'>, source: LoginSource): Registries {
  return new Registries(installation, (value) => (typeof value === 'string' ? Sealed.of(value) : secrets.get(value.at)), source)
}

type Reveal = (value: PlainOrSecret) => Sealed | undefined

export class Registries implements RegistryReads, RegistryWrites {
  readonly #installation: Installation
  readonly #reveal: Reveal
  readonly #source: LoginSource
  readonly #wire: RegistryTransport
  readonly #hosts = new Map<string, RegistryHost>()

  constructor(installation: Installation, reveal: Reveal, source: LoginSource) {
    this.#installation = installation
    this.#reveal = reveal
    this.#source = source
    this.#wire = new RegistryTransport((host) => this.#trust(host))
  }

  image: RegistryReads['image'] = (repository, reference) =>
    readImage(this.#host(repository.host), repository, reference, this.#installation.images.platform)

  content: RegistryReads['content'] = (repository, configDigest) => readContent(this.#host(repository.host), repository, configDigest)

  push: RegistryWrites['push'] = async (it) => {
    const { pushImage } = await import('./push.ts')
    return pushImage(this.#host(it.repository.host), { ...it, siblings: it.siblings ?? this.#siblings(it.repository) })
  }

  /** Takes every tag of this manifest away with it: a registry has no other way. */
  remove: RegistryWrites['remove'] = async ({ host: name, path }, digest) => {
    const host = this.#host(name)
    const reply = await host.ask({ method: 'DELETE', path: `/v2/${path}/manifests/${digest}`, repository: path, right: 'delete' })
    if (![200, 202, 204].includes(reply.status) && absence(reply) === undefined)
      throw new ProblemError(refused(host, `delete an image of ${path}`, reply))
  }

  close(): void {
    this.#wire.close()
  }

  /** The installation's other repository, where it is in the same registry. */
  #siblings({ host, path }: Repository): string[] {
    const { backend, launcher } = this.#installation.images
    return [backend, launcher].filter((one) => one.host === host && one.path !== path).map((one) => one.path)
  }

  #host(name: string): RegistryHost {
    const known = this.#hosts.get(name) ?? this.#open(name)
    this.#hosts.set(name, known)
    return known
  }

  #open(host: string): RegistryHost {
    const declared = this.#declared(host)
    const secure = !declared?.plainHttp
    const login = declared && this.#login(declared)
    const auth = new Auth({ host, wire: this.#wire, secure, declared: login, find: () => machineLogin(host, this.#source) })
    return new RegistryHost(host, new URL(`${secure ? 'https' : 'http'}://${host}`).origin, this.#wire, auth)
  }

  /** A registry's token server or storage is another host, mostly under the same private authority. */
  #trust(host: string): CaTrust {
    const declared = this.#declared(host)
    const caFiles = (declared === undefined ? this.#installation.registries : [declared]).flatMap(({ caFile }) => caFile ?? [])
    return { caFiles, isAddition: declared === undefined }
  }

  #declared(host: string): Registry | undefined {
    return this.#installation.registries.find((one) => one.host === host)
  }

  #login({ username, password }: Registry): Login | undefined {
    const name = username && this.#reveal(username)
    const secret = password && this.#reveal(password)
    return name && secret ? { username: name.open(), password: secret } : undefined
  }
}
