import Foundation
import TestSupport
import Testing

extension Mounts {
    @Suite(.timeLimit(.minutes(5))) struct `The index page in a browser` {
        /// What `browse_index.py` has found on a page.
        private struct Findings: Decodable {
            let summary: String
            let problems: [String]
            let status: String
            let names: [String]
            let links: [String]
            let focused: String
            let found: [String]
            let foundNothing: [String]
            let isSaid: Bool
            let byLength: [String]
            let byLengthDown: [String]
            let days: [String]
            let day: String?
            let onThatDay: String?
            let played: Bool?
            let sound: String?
            let picture: [Int]?
            let facts: [String: String]?
            let isClosed: Bool?
            let broken: [String]
            let offersPages: Bool
            let isWiderThanTablet: Bool
            let isTooWide: Bool
            let wasRun: Bool
            let complaints: [String]

            enum CodingKeys: String, CodingKey {
                case summary, problems, status, names, links, days, day, played, sound, picture, facts, complaints
                case focused = "focused by /"
                case found = "found by a word"
                case foundNothing = "found by no such word"
                case isSaid = "is said"
                case byLength = "by length"
                case byLengthDown = "by length, down"
                case onThatDay = "on that day"
                case isClosed = "closed by Escape"
                case broken = "broken names"
                case offersPages = "offers pages"
                case isWiderThanTablet = "wider than the tablet"
                case isTooWide = "wider than the phone"
                case wasRun = "run by a name"
            }
        }

        private static let hasChromium = isInstalled("chromium") || isInstalled("chromium-browser")

        /// Browses the page of a mount of the store at `path`.
        private func browse(_ path: String, _ options: String) throws -> Findings {
            try MountedStore.with(path, ["-o", options]) { mount in
                let script = TestFiles.fixtures.appending(path: "scripts/browse_index.py").path
                let result = try runChecked(["python3", script, mount.file(".zarrwlr/index.html").path, "chirp"])
                return try JSONDecoder().decode(Findings.self, from: result.output)
            }
        }

        /// A store with two recordings of two days and one without a start, which cannot be read.
        private func makeStore(_ directory: URL) throws -> String {
            let store = directory.appending(path: "a.zarr").path
            let written = try TestStore(at: URL(filePath: store))
            try written.addGroup("pond", attributes: TestStore.audioGroup)
            try written.addRecording(
                "pond/7", codec: "flac", blob: [1, 2, 3], fileName: "<script>injected=1</script>.wav")
            let zarrwlr = MountedStore.programs.appending(path: "zarrwlr")
            for (name, seconds, start) in [
                ("chirp 1%#é", 4, "2024-02-29T23:59:58+01:00"), ("low", 2, "2024-03-02T05:00:00Z"),
            ] {
                let wave = directory.appending(path: "\(name).wav").path
                try runChecked([
                    "sox", "-R", "-n", "-r", "48000", "-b", "16", wave, "synth", "\(seconds)", "sine", "500:9000",
                ])
                try runChecked([zarrwlr.path, "import", "\(store)::pond", wave, "--start", start, "--quiet"])
            }
            return store
        }

        @Test(.enabled(if: hasChromium, "there is no Chromium here"))
        func `a browser lists, searches, sorts and plays the recordings, and shows their pictures`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let found = try browse(makeStore(directory), "catalogue=off,views=spectrograms")
                #expect(found.summary == "2 recordings, 6 s, 2024-02-29 to 2024-03-02")
                #expect(found.problems.count == 1)
                #expect(found.problems.first?.hasPrefix("/pond/7: ") == true)
                #expect(found.status == "1 to 2 of 2 recordings")
                #expect(found.names == ["pond/chirp 1%#é.wav", "pond/low.wav"])
                #expect(found.links == ["../pond/chirp%201%25%23%C3%A9.wav", "../pond/low.wav"])
                #expect(found.focused == "search")
                #expect(found.found == ["pond/chirp 1%#é.wav"])
                #expect(found.foundNothing.isEmpty && found.isSaid)
                #expect(found.byLength == ["pond/low.wav", "pond/chirp 1%#é.wav"])
                #expect(found.byLengthDown == ["pond/chirp 1%#é.wav", "pond/low.wav"])
                #expect(found.days == ["2024-02-29: 1 recording, 4 s", "2024-03-02: 1 recording, 2 s"])
                #expect(found.day == "2024-03-02")
                #expect(found.onThatDay == "1 to 1 of 1 recording")
                #expect(found.played == true)
                #expect(found.sound?.hasSuffix("/pond/chirp 1%#é.wav") == true)
                #expect(found.picture == [1280, 720])
                #expect(found.facts?["rate"] == "48000 Hz")
                #expect(found.isClosed == true)
                #expect(found.broken.isEmpty && !found.offersPages)
                #expect(!found.isTooWide && !found.isWiderThanTablet && !found.wasRun)
                #expect(found.complaints.isEmpty)
            }
        }

        @Test(.enabled(if: hasChromium, "there is no Chromium here"))
        func `a browser plays the coded file if there is one`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let found = try browse(makeStore(directory), "catalogue=off,views=coded")
                #expect(found.played == true)
                #expect(found.sound?.hasSuffix("coded/pond/chirp 1%#é.flac") == true)
                #expect(found.picture == nil)
                #expect(found.complaints.isEmpty)
            }
        }
    }
}
