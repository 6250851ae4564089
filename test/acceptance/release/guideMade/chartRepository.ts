import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { LabInstallation } from '../../support/installation.ts'

/** A chart repository on this machine, as plain files behind HTTP: what `--repo` and `release.chart.repo` are given. */
export class ChartRepository {
  readonly url: string
  readonly #site: LabInstallation
  readonly #folder: string
  readonly #server: Server

  private constructor(site: LabInstallation, folder: string, server: Server) {
    this.#site = site
    this.#folder = folder
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async open(site: LabInstallation): Promise<ChartRepository> {
    const folder = join(site.lab.dir, 'charts')
    await mkdir(folder, { recursive: true })
    const server = createServer(async ({ url = '/' }, answer) => {
      const content = await readFile(join(folder, url.replaceAll('..', ''))).catch(() => undefined)
      answer.writeHead(content === undefined ? 404 : 200).end(content)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new ChartRepository(site, folder, server)
  }

  /** Publishes a chart folder, under its own version or another one. */
  async publish(chart: string, version?: string): Promise<void> {
    await this.#site.client(
      'helm',
      'package',
      chart,
      '--destination',
      this.#folder,
      ...(version === undefined ? [] : ['--version', version]),
    )
    await this.#site.client('helm', 'repo', 'index', this.#folder, '--url', this.url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await once(this.#server.close(), 'close')
  }
}
