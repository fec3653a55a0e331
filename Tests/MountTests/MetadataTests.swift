import Foundation
import TestSupport
import Testing

extension Mounts {
    @Suite struct `Metadata in mounted files` {
        @Test func `metadata and nolocation change the bytes before the samples, and no others`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let blob = try MountedStore.fixture("coded/mono16.flac")
                try store.addRecording(
                    "0", codec: "flac", blob: blob, fileName: "pond.wav",
                    groupAttributes: [
                        "source_metadata": [
                            "guano": ["Make": "Maker", "Loc Position": "49.0912 5.0534", "Loc Elevation": "12.5"]
                        ]
                    ])
                func shown(_ options: String) throws -> (header: [UInt8], samples: [UInt8], table: String) {
                    try MountedStore.with(store.directory.path, ["-o", options]) { mount in
                        let bytes = try mount.bytes("pond.wav")
                        let data = try #require(Data(bytes).firstRange(of: Data("data".utf8)))
                        let size = try FileManager.default.attributesOfItem(atPath: mount.file("pond.wav").path)[.size]
                        #expect(size as? Int == bytes.count)
                        return (
                            Array(bytes[..<(data.upperBound + 4)]), Array(bytes[(data.upperBound + 4)...]),
                            try mount.text(".zarrwlr/recordings.csv")
                        )
                    }
                }
                let all = try shown("metadata=all")
                #expect(all.table.contains("49.0912"))
                #expect(Data(all.header).firstRange(of: Data("Loc Position: 49.0912 5.0534\n".utf8)) != nil)
                let none = try shown("metadata=none")
                #expect(none.header.count == 44)
                let guano = try shown("metadata=guano")
                #expect(Data(guano.header).firstRange(of: Data("LIST".utf8)) == nil)
                let hidden = try shown("nolocation")
                for text in ["49.0912", "12.5", "Loc "] {
                    #expect(Data(hidden.header).firstRange(of: Data(text.utf8)) == nil)
                    #expect(!hidden.table.contains(text))
                }
                #expect(hidden.table.contains("Maker"))
                let areSame = [none, guano, hidden].allSatisfy { $0.samples == all.samples }
                #expect(areSame)
            }
        }

        /// Marks of the same place in each of the ways that sources have of saying where they were made.
        private static var located: WaveBuilder {
            var builder = WaveBuilder()
            builder.addFormat()
            let guano = """
                GUANO|Version: 1.0
                Timestamp: 2024-05-31T22:39:11+02:00
                Loc Position: 49.0912 5.0534
                Loc Elevation: 312.75
                Note: at 49.0912, 5.0534
                Make: Maker

                """
            builder.add("guan", Array(guano.utf8))
            builder.add("data", (0..<96_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 101 * 50)) })
            let position = Array("WGS84,49.0912,N,5.0534,E,312.75".utf8)
            builder.add("wamd", [6, 0, UInt8(position.count), 0, 0, 0] + position)
            builder.add("iXML", Array("<BWFXML><LOCATION_GPS>49.0912,5.0534</LOCATION_GPS></BWFXML>".utf8))
            builder.add("_PMX", Array("<exif:GPSLatitude>49.0912</exif:GPSLatitude>".utf8))
            builder.add("id3 ", Array("ID3 49.0912 5.0534".utf8))
            let comment = Array("49.0912, 5.0534\0".utf8)
            builder.add("LIST", Array("INFOICMT".utf8) + [UInt8(comment.count), 0, 0, 0] + comment)
            return builder
        }

        /// Everything that a mount shows of a store: files of all views, what it reports, attributes, clips. With locations, the same search
        /// finds them.
        @Test func `nolocation shows no place anywhere`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = directory.appending(path: "s.zarr").path
                for codec in ["flac", "opus", "aac"] {
                    let wave = directory.appending(path: "\(codec)_20240531_223911.wav")
                    try Data(Self.located.bytes).write(to: wave)
                    let result = try run(
                        Imports.program, ["import", "\(store)::\(codec)", "--codec", codec, wave.path])
                    try #require(result.status == 0, "\(result.errors)")
                }
                if isInstalled("ffmpeg") {
                    let flac = directory.appending(path: "copy.flac").path
                    try runChecked([
                        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-metadata",
                        "location=+49.0912+005.0534/",
                        flac,
                    ])
                    try #require(try run(Imports.program, ["import", "\(store)::copies", flac]).status == 0)
                }
                let hidden = try Self.places(store, "nolocation,views=all")
                #expect(hidden.found == [])
                let shown = try Self.places(store, "views=all")
                let expected = [
                    ".zarrwlr/index.html", ".zarrwlr/recordings.csv", "flac/flac_20240531_223911.wav",
                    "opus/opus_20240531_223911.wav", "coded/opus/opus_20240531_223911.opus", "clip", "attribute",
                ]
                for place in expected { #expect(shown.found.contains(place), "\(place)") }
                // A file that is its source cannot be shown without places, so there are none, and no sums of them.
                #expect(shown.paths.contains("flac/SHA256SUMS"))
                #expect(!hidden.paths.contains("flac/SHA256SUMS"))
                #expect(hidden.paths.contains("flac/flac_20240531_223911.wav"))
                #expect(!hidden.paths.contains("coded/copies/copy.flac"))
            }
        }

        /// What of a mount of `store` has a place in it, and all paths.
        private static func places(_ store: String, _ options: String) throws -> (found: [String], paths: [String]) {
            try MountedStore.with(store, ["-o", options + ",metadata=all"]) { mount in
                let paths = try FileManager.default.subpathsOfDirectory(atPath: mount.mountpoint.path)
                var found: [String] = []
                let needles = ["49.09", "5.0534", "312.75", "005.05"].map { Data($0.utf8) }
                func look(_ name: String, _ data: Data) {
                    if needles.contains(where: { data.firstRange(of: $0) != nil }) { found.append(name) }
                }
                for path in paths {
                    var isDirectory: ObjCBool = false
                    _ = FileManager.default.fileExists(atPath: mount.file(path).path, isDirectory: &isDirectory)
                    if !isDirectory.boolValue { look(path, Data(try mount.bytes(path))) }
                }
                look("clip", Data(try mount.bytes("opus/opus_20240531_223911.wav@0.5-1.wav")))
                let attributes = try run("getfattr", "-R", "-d", "-m", "-", mount.mountpoint.path).output
                look("attribute", attributes)
                return (found, paths)
            }
        }

        @Test func `a mount refuses metadata that it does not know`() throws {
            let result = try run(MountedStore.program, ["/nowhere", "/nowhere", "-o", "metadata=wamd"])
            #expect(result.status == 1)
            #expect(
                result.errors.contains(
                    "option 'metadata': 'wamd' is not 'all', 'none', or some of 'bext:info:guano:cue:source:nolocation'"
                ))
        }
    }
}
