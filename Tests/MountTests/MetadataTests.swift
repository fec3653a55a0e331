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

        @Test func `a mount refuses metadata that it does not know`() throws {
            let result = try run(MountedStore.program, ["/nowhere", "/nowhere", "-o", "metadata=wamd"])
            #expect(result.status == 1)
            #expect(
                result.errors.contains(
                    "option 'metadata': 'wamd' is not 'all', 'none', or some of 'bext:info:guano:cue:nolocation'"))
        }
    }
}
