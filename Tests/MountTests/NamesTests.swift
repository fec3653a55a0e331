import Foundation
import TestSupport
import Testing

extension Mounts {
    @Suite struct `Names in a mount` {
        private let blob: [UInt8]

        init() throws { blob = try MountedStore.fixture("coded/single.flac") }

        @Test func `files have the names of their sources, with ~ and a number if a name is taken`() throws {
            let sources = [
                "1": "birdnet_sample.wav", "7": "birdnet_sample.wav", "10": "birdnet_sample.flac", "2": "Night.WAV",
                "3": "dawn.2025-06-18", "4": "Große Wiese.mp3",
            ]
            try MountedStore.with { store in
                try add(sources, to: store)
            } _: { mount in
                try #expect(
                    mount.names() == [
                        "Große Wiese.wav", "Night.WAV", "birdnet_sample.wav", "birdnet_sample~10.wav",
                        "birdnet_sample~7.wav", "dawn.2025-06-18.wav",
                    ])
                #expect(try mount.text(".zarrwlr/recordings.csv").contains("birdnet_sample~7.wav,,flac,"))
            }
        }

        @Test func `names that no file can have are replaced, and lead nowhere else`() throws {
            let long = String(repeating: "ü", count: 300)
            let sources = [
                "0": "../../etc/passwd", "1": "a/b", "2": "..", "3": ".", "4": "", "5": "line\nfeed", "6": long,
                "7": "tab\t.wav", "8": "/", "9": ".zarrwlr", "10": ".wav",
            ]
            try MountedStore.with { store in
                try add(sources, to: store)
            } _: { mount in
                let names = try mount.names()
                #expect(
                    names.filter { !$0.hasPrefix("ü") } == [
                        ".._.._etc_passwd.wav", ".wav.wav", ".zarrwlr.wav", "_.wav", "__.wav", "_~8.wav", "a_b.wav",
                        "line_feed.wav", "tab_.wav", "unnamed.wav",
                    ])
                // At most 255 bytes, and no character is cut in two.
                #expect(names.filter { $0.hasPrefix("ü") } == [String(repeating: "ü", count: 125) + ".wav"])
                for name in names { try #expect(mount.bytes(name).starts(with: "RIFF".utf8)) }
                try #expect(mount.text(".zarrwlr/recordings.csv").split(separator: "\n").count == sources.count + 1)
            }
        }

        @Test func `groups are directories, even those without recordings, and group=PATH mounts one of them`() throws {
            func write(_ store: TestStore) throws {
                try store.addGroup("pond")
                try store.addGroup("quiet")
                try store.addGroup("quiet/night")
                try store.addGroup("pond/left", attributes: TestStore.audioGroup)
                try store.addGroup("pond/right", attributes: TestStore.audioGroup)
                try store.addRecording("pond/left/0", codec: "flac", blob: blob, fileName: "l.flac")
                try store.addRecording("pond/right/0", codec: "flac", blob: blob, fileName: "r.flac")
                try store.addRecording("0", codec: "flac", blob: blob, fileName: "top.flac")
            }
            try MountedStore.with(write: write) { mount in
                try #expect(mount.names() == ["pond", "quiet", "top.wav"])
                try #expect(mount.names("quiet") == ["night"])
                try #expect(mount.names("quiet/night") == [])
                try #expect(mount.names("pond") == ["left", "right"])
                try #expect(mount.names("pond/left") == ["l.wav"])
            }
            try MountedStore.with(["-o", "group=pond/left"], write: write) { mount in
                try #expect(mount.names() == ["l.wav"])
                try #expect(mount.text(".zarrwlr/recordings.csv").contains("\nl.wav,pond/left,flac,"))
            }
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "store.zarr"))
                try MountedVolume.withMountpoint { mountpoint in
                    let refused = try run(
                        MountedStore.program, [store.directory.path, mountpoint.path, "-o", "group=lake"])
                    #expect(refused.status == 1)
                    #expect(refused.errors.contains("lake"))
                }
            }
        }

        @Test func `groups that are symbolic links are not shown`() throws {
            try MountedStore.with { store in
                try store.addGroup("pond")
                try store.addRecording("pond/0", codec: "flac", blob: blob, fileName: "a.flac")
                try FileManager.default.createSymbolicLink(
                    at: store.directory.appending(path: "link"),
                    withDestinationURL: store.directory.appending(path: "pond"))
            } _: { mount in
                try #expect(mount.names() == ["pond"])
            }
        }

        private func add(_ sources: [String: String], to store: TestStore) throws {
            for (number, source) in sources {
                try store.addRecording(number, codec: "flac", blob: blob, fileName: source)
            }
        }
    }
}
