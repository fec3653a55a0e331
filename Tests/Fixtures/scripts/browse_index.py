"""Opens .zarrwlr/index.html of a mount in a headless Chromium, uses it as a person would, and prints what it shows as JSON.

    browse_index.py PAGE WORD [SCREENSHOTS]

PAGE is the path or the address of the page, and WORD a word that is in the name of the recording to be found and played. If SCREENSHOTS is
given, pictures of the page are written to that folder. Chromium is driven by the DevTools protocol through its pipe
(--remote-debugging-pipe), which needs no network and no package.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


class Browser:
    def __init__(self, profile):
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not program:
            sys.exit("there is no Chromium here")
        (commands, self.output), (self.input, events) = os.pipe(), os.pipe()

        def connect():
            # Two steps, since one of the pipes may have the number 3 or 4 itself.
            read, write = os.dup(commands), os.dup(events)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--mute-audio",
             "--autoplay-policy=no-user-gesture-required", "--no-first-run", f"--user-data-dir={profile}"],
            close_fds=False, preexec_fn=connect, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(events)
        self.number, self.rest, self.complaints, self.session = 0, b"", [], None

    def receive(self):
        while b"\0" not in self.rest:
            more = os.read(self.input, 1 << 20)
            if not more:
                sys.exit("Chromium has ended")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(str(answer["params"]["exceptionDetails"])[:300])
            if answer.get("method") == "Log.entryAdded" and answer["params"]["entry"]["level"] == "error":
                entry = answer["params"]["entry"]
                # A browser asks every server for the icon of its site.
                if not entry.get("url", "").endswith("/favicon.ico"):
                    self.complaints.append(f"{entry['text'][:300]} {entry.get('url', '')}")
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def open(self, address):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.resize(1280, 900)
        began = time.monotonic()
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && document.getElementById('status')?.textContent")
        return time.monotonic() - began

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            sys.exit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.evaluate(expression)
            if value:
                return value
            time.sleep(0.05)
        return None

    def press(self, key):
        code = {"Escape": 27, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}.get(key, ord(key[0].upper()))
        text = "\r" if key == "Enter" else key if len(key) == 1 else ""
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def resize(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def dark(self, is_dark):
        scheme = "dark" if is_dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])


NAMES = "[...document.querySelectorAll('td.name')].map(cell => cell.textContent)"
STATUS = "document.getElementById('status').textContent"


def timed(browser, expression):
    """How long `expression` and the frame after it take, in milliseconds."""
    return browser.evaluate(
        f"(async () => {{ const began = performance.now(); {expression}; "
        "await new Promise(done => requestAnimationFrame(() => setTimeout(done))); return performance.now() - began; })()")


def search(browser, words):
    return timed(browser, f"""{{
        const search = document.getElementById('search');
        search.value = {json.dumps(words)};
        search.dispatchEvent(new Event('input'));
    }}""")


def browse(browser, page, word, screenshots):
    found, times = {}, {}
    times["open"] = browser.open(page if "://" in page else pathlib.Path(page).absolute().as_uri()) * 1000
    found["summary"] = browser.evaluate("document.getElementById('summary').textContent")
    found["problems"] = browser.evaluate(
        "document.getElementById('problems').hidden ? [] : "
        "[...document.querySelectorAll('#problem-list li')].map(item => item.textContent)")
    found["status"], found["names"] = browser.evaluate(STATUS), browser.evaluate(NAMES)
    found["links"] = browser.evaluate(
        "[...document.querySelectorAll('td.name a')].map(link => link.getAttribute('href'))")
    # A name that is broken where it has no space has several rectangles.
    found["broken names"] = browser.evaluate(
        "[...document.querySelectorAll('td.name a')]"
        ".filter(link => link.getClientRects().length > 1 && !link.textContent.includes(' ')).map(link => link.textContent)")
    found["offers pages"] = browser.evaluate("document.getElementById('next').offsetParent !== null")
    if screenshots:
        browser.screenshot(f"{screenshots}/light.png")

    # The keyboard: search, what is found, and back.
    browser.press("/")
    found["focused by /"] = browser.evaluate("document.activeElement.id")
    for key in word:
        browser.press(key)
    found["found by a word"] = browser.evaluate(NAMES)
    times["first search"] = search(browser, "wav 1")
    times["search"] = search(browser, "no such word")
    found["found by no such word"] = browser.evaluate(NAMES)
    found["is said"] = browser.evaluate("!document.getElementById('nothing').hidden")
    search(browser, "")

    length = "[...document.querySelectorAll('#titles button')].find(button => button.textContent.startsWith('Length'))"
    times["sort"] = timed(browser, f"{length}.click()")
    found["by length"] = browser.evaluate(NAMES)
    times["sort down"] = timed(browser, f"{length}.click()")
    found["by length, down"] = browser.evaluate(NAMES)
    found["sorted"] = browser.evaluate("document.querySelector('[aria-sort=descending]').textContent")

    browser.evaluate("document.activeElement.blur()")
    times["next page"] = timed(browser, "document.getElementById('next').click()")
    found["next page"] = browser.evaluate(STATUS)
    browser.press("p")
    found["page before"] = browser.evaluate(STATUS)

    # The calendar: the first day, the next by its arrow key, and only that one by Enter.
    found["days"] = browser.evaluate(
        "[...document.querySelectorAll('#months button')].map(button => button.getAttribute('aria-label'))")
    if found["days"]:
        browser.evaluate("document.querySelector('#months button').focus()")
        browser.press("ArrowRight")
        browser.press("Enter")
        found["day"] = browser.evaluate("document.activeElement.dataset.day ?? null")
        found["on that day"] = browser.evaluate(STATUS)
        browser.evaluate("document.getElementById('day').click()")

    # A recording is played for a second, and its picture is shown.
    search(browser, word)
    if browser.evaluate("document.querySelectorAll('td.play button').length"):
        browser.evaluate("document.querySelector('td.play button').click()")
        found["played"] = bool(browser.wait("(document.querySelector('audio')?.currentTime ?? 0) > 1", 20))
        found["sound"] = browser.evaluate("decodeURIComponent(document.querySelector('audio').currentSrc.split('/').slice(-3).join('/'))")
        browser.wait("!document.querySelector('td.detail img') || document.querySelector('td.detail img').complete", 90)
        found["picture"] = browser.evaluate(
            "(image => image && [image.naturalWidth, image.naturalHeight])(document.querySelector('td.detail img'))")
        found["facts"] = browser.evaluate(
            "Object.fromEntries([...document.querySelectorAll('td.detail dt')]"
            ".map(term => [term.textContent, term.nextSibling.textContent]))")
        browser.evaluate("document.querySelector('audio').pause(); "
                         "document.querySelector('tr.recording').scrollIntoView({ block: 'start' })")
        if screenshots:
            browser.dark(True)
            browser.screenshot(f"{screenshots}/dark.png")
            browser.resize(390, 844, phone=True)
            browser.screenshot(f"{screenshots}/phone.png")
            browser.dark(False)
            browser.evaluate("scrollTo(0, 0)")
            browser.screenshot(f"{screenshots}/phone-top.png")
            browser.resize(1280, 900)
        browser.press("Escape")
        found["closed by Escape"] = browser.evaluate("!document.querySelector('audio')")
    search(browser, "")
    browser.resize(820, 1180, phone=True)
    found["wider than the tablet"] = browser.evaluate("document.documentElement.scrollWidth > 820")
    browser.resize(390, 844, phone=True)
    found["wider than the phone"] = browser.evaluate("document.documentElement.scrollWidth > 390")
    found["run by a name"] = browser.evaluate("typeof window.injected !== 'undefined'")
    found["complaints"] = browser.complaints
    found["milliseconds"] = {name: round(value) for name, value in times.items()}
    return found


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
    browser = Browser(profile)
    try:
        print(json.dumps(browse(browser, *sys.argv[1:3], sys.argv[3] if len(sys.argv) > 3 else None), indent=1))
    finally:
        browser.process.terminate()
        browser.process.wait(20)
