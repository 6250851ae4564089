import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { LabInstallation } from '../../support/installation.ts'

/** A chart repository on this machine, for `helm --repo` and `release.chart.repo`: plain files behind HTTP. */
export class ChartRepository {
  readonly url: string
  readonly #installation: LabInstallation
  readonly #folder: string
  readonly #server: Server

  private constructor(installation: LabInstallation, folder: string, server: Server) {
    this.#installation = installation
    this.#folder = folder
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async open(installation: LabInstallation): Promise<ChartRepository> {
    const folder = join(installation.lab.dir, 'charts')
    await mkdir(folder, { recursive: true })
    const server = createServer(async ({ url = '/' }, response) => {
      const content = await readFile(join(folder, url.replaceAll('..', ''))).catch(() => undefined)
      response.writeHead(content === undefined ? 404 : 200).end(content)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new ChartRepository(installation, folder, server)
  }

  /** Publishes a chart folder under its own version. */
  async publish(chart: string): Promise<void> {
    await this.#installation.client('helm', 'package', chart, '--destination', this.#folder)
    await this.#installation.client('helm', 'repo', 'index', this.#folder, '--url', this.url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await once(this.#server.close(), 'close')
  }
}
