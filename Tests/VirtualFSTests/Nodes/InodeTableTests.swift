import Testing

@testable import VirtualFS

struct InodeTableTests {
    /// A table with nodes of these `hashes` after the root.
    private func table(_ hashes: some Sequence<UInt64>) -> InodeTable {
        var table = InodeTable()
        for hash in hashes {
            let isAdded = table.add(hash: hash)
            #expect(isAdded)
        }
        return table
    }

    @Test func `nodes are numbered in the order in which they are added, the root first`() {
        let table = table([0xABC, 0x123, UInt64.max])
        #expect(table.count == 4)
        #expect((0..<4).map { table[$0].rawValue } == [1, 0xABC, 0x123, UInt64(Int64.max)])
        for number in 0..<4 { #expect(table.number(of: table[number]) == number) }
        #expect(table.number(of: Inode(rawValue: 0xABD)) == nil)
        #expect(table.number(of: Inode(rawValue: 0)) == nil)
    }

    @Test func `a node whose hash is the inode of another gets the next free inode`() {
        let table = table([50, 50, 51, 50, 52])
        #expect((1...5).map { table[$0].rawValue } == [50, 51, 52, 53, 54])
        for number in 1...5 { #expect(table.number(of: table[number]) == number) }
    }

    @Test func `no node gets the inode 0, that of the root, or one beyond 63 bits`() {
        let table = table([0, 1, 1 << 63, 1 << 63 | 1, UInt64.max, UInt64.max])
        let inodes = (0..<7).map { table[$0].rawValue }
        #expect(Set(inodes).count == 7)
        #expect(inodes[0] == 1)
        #expect(inodes.allSatisfy { $0 > 0 && $0 <= Int64.max })
    }

    @Test func `very many nodes get inodes of their own and are found by them, even if all have the same hash`() {
        for step in [0, 1, 1 << 44, 0x9E37_79B9_7F4A_7C15] as [UInt64] {
            let table = table((0..<50_000).lazy.map { 7_000 &+ $0 &* step })
            #expect(Set((0...50_000).map { table[$0] }).count == 50_001)
            #expect((0...50_000).allSatisfy { table.number(of: table[$0]) == $0 })
        }
    }
}
