export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  readonly body: any;
  readonly headers: Headers;
}

/** Keeps cookies and says where its page comes from, as a browser does. */
export class Browser {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  readonly headers = new Map<string, string>();
  readonly #secrets: Set<string>;
  /** Of the page that sends; null sends none. */
  origin: string | null;
  /** Set-Cookie lines of the last answer. */
  setCookies: readonly string[] = [];

  constructor(url: string, secrets: Set<string>) {
    this.url = url;
    this.origin = url;
    this.#secrets = secrets;
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = new Headers([...this.headers]);
    if (this.origin !== null) headers.set('origin', this.origin);
    if (this.cookies.size > 0) {
      headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const init: RequestInit = { method: method.toUpperCase(), headers, redirect: 'manual' };
    if (body !== undefined) {
      const isForm = body instanceof URLSearchParams;
      if (!isForm) headers.set('content-type', 'application/json');
      init.body = isForm ? body : JSON.stringify(body);
    }
    const response = await fetch(`${this.url}${path}`, init);
    this.#keepCookies(response);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const answer = text === '' ? null : isJson ? JSON.parse(text) : text;
    this.#remember(body);
    this.#remember(answer);
    return { status: response.status, body: answer, headers: response.headers };
  }

  get = (path: string) => this.send('GET', path);
  post = (path: string, body?: unknown) => this.send('POST', path, body);

  #keepCookies(response: Response): void {
    this.setCookies = response.headers.getSetCookie();
    for (const line of this.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line) || value === '') this.cookies.delete(name);
      else {
        this.cookies.set(name, value);
        this.#secrets.add(value);
        this.#secrets.add(decodeURIComponent(value).split('.')[0] ?? '');
      }
    }
  }

  /** What bodies carry under these names must not be in any log. */
  #remember(body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    for (const [key, value] of Object.entries(body)) {
      if (typeof value === 'string' && SECRET_MEMBERS.test(key)) this.#secrets.add(value);
      else if (key === 'backupCodes' && Array.isArray(value))
        for (const code of value) this.#secrets.add(code);
      else this.#remember(value);
    }
  }
}

const SECRET_MEMBERS =
  /^(password|newPassword|currentPassword|token|secret|claimCode|totpUri|apiKey|webhookSecret)$/;
