import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { type LabInstallation, repository } from '../support/installation.ts'
import type { RunResult } from '../support/run.ts'

const MINIO_USER = { accessKey: 'drift-looker', secretKey: 'drift-lookers-password' }
const ACCOUNT = 'system:serviceaccount:groundcrew:groundcrew-drift'

export type Rule = { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }
export type Role = { kind: string; metadata: { name: string; namespace: string }; rules: Rule[] }
export type Policy = { Version: string; Statement: { Effect: string; Action: string[]; Resource?: string[] }[] }

const shipped = (name: string): Promise<string> => readFile(join(repository, 'deploy', name), 'utf8')

export const shippedRoles = async (): Promise<Role[]> =>
  parseAllDocuments(await shipped('drift-role.yaml'))
    .map((document) => document.toJS() as Role)
    .filter(({ kind }) => kind === 'Role')

export const shippedPolicy = async (): Promise<Policy> => JSON.parse(await shipped('drift-minio-policy.json')) as Policy

/** Somebody with exactly the rights that deploy/ gives, and one less if wanted. */
export class Looker {
  readonly #site: LabInstallation
  readonly #flags: readonly string[]
  readonly kubeconfig: string
  /** In MinIO. */
  readonly login = MINIO_USER

  private constructor(site: LabInstallation, kubeconfig: string, file: string) {
    this.#site = site
    this.kubeconfig = kubeconfig
    this.#flags = ['--kubeconfig', kubeconfig, '-f', file]
  }

  static async hired(site: LabInstallation): Promise<Looker> {
    await site.kubectl('apply', '-f', join(repository, 'deploy', 'drift-role.yaml'))
    const config = parse(await readFile(site.lab.env.KUBECONFIG ?? '', 'utf8')) as { users: [{ user: object }] }
    config.users[0].user = { token: (await site.kubectl('create', 'token', 'groundcrew-drift', '--namespace', 'groundcrew')).trim() }
    await site.mc('admin', 'user', 'add', 'lab', MINIO_USER.accessKey, MINIO_USER.secretKey)
    await site.write('looker-access-key', MINIO_USER.accessKey)
    await site.write('looker-secret-key', MINIO_USER.secretKey)
    const file = await site.withEdits('looker', (it) => {
      it.setIn(['objectStorage', 'admin', 'accessKey', 'file'], './looker-access-key')
      it.setIn(['objectStorage', 'admin', 'secretKey', 'file'], './looker-secret-key')
    })
    const looker = new Looker(site, await site.write('kubeconfig-looker', stringify(config)), file)
    await looker.allowInMinio(await shippedPolicy(), 'attach')
    return looker
  }

  drift(...flags: readonly string[]): Promise<RunResult> {
    return this.#site.groundcrew(['drift', ...this.#flags, ...flags])
  }

  plan(): Promise<RunResult> {
    return this.#site.plan(...this.#flags)
  }

  /** Gives the role these rules, and waits until the API server goes by them. */
  async allowInCluster(role: Role, probe: { readonly rule: Rule; readonly verb: string; readonly allowed: boolean }): Promise<void> {
    await this.#site.kubectl('apply', '-f', await this.#site.write('role.yaml', stringify(role)))
    for (let tries = 0; tries < 100; tries++) {
      if ((await this.#can(role.metadata.namespace, probe.rule, probe.verb)) === probe.allowed) return
      await sleep(50)
    }
    throw new Error(`the API server never went by the changed role ${role.metadata.namespace}`)
  }

  async #can(namespace: string, { apiGroups, resources, resourceNames }: Rule, verb: string): Promise<boolean> {
    const resource = `${resources[0]}${apiGroups[0] === '' ? '' : `.${apiGroups[0]}`}${resourceNames ? `/${resourceNames[0]}` : ''}`
    const asked = this.#site.kubectl('auth', 'can-i', verb, resource, '--as', ACCOUNT, '--namespace', namespace)
    return asked.then(
      () => true,
      (error: Error) => {
        if (/^no$/m.test(error.message)) return false
        throw error
      },
    )
  }

  async allowInMinio(policy: Policy, attach?: 'attach'): Promise<void> {
    await this.#site.mc(
      'admin',
      'policy',
      'create',
      'lab',
      'groundcrew-drift',
      await this.#site.write('policy.json', JSON.stringify(policy)),
    )
    if (attach) await this.#site.mc('admin', 'policy', 'attach', 'lab', 'groundcrew-drift', '--user', MINIO_USER.accessKey)
  }
}
