import Support
import Testing

struct BlockTests {
    private struct CannotFill: Error {}

    @Test func `a block is zero where it was not filled, and stays at its address`() {
        let block = Block(count: 5) { $0[1] = 7 }
        let address = block.bytes.baseAddress
        #expect(block.bytes.elementsEqual([0, 7, 0, 0, 0]))
        #expect(block.bytes.baseAddress == address)
    }

    @Test func `a block that cannot be filled is freed once`() {
        // A double free would end the process.
        for count in [0, 1, 100, 100_000] {
            #expect(throws: CannotFill.self) { try Block(count: count) { _ throws(CannotFill) in throw CannotFill() } }
        }
    }

    @Test func `a block for which there is no memory is nil, and is not filled`() throws {
        #expect(Block(ifRoomFor: 1 << 60) { _ in Issue.record("there is memory") } == nil)
        let block = try #require(Block(ifRoomFor: 3) { $0[2] = 9 })
        #expect(block.bytes.elementsEqual([0, 0, 9]))
        #expect(throws: CannotFill.self) {
            try Block(ifRoomFor: 100_000) { _ throws(CannotFill) in throw CannotFill() }
        }
    }

    @Test func `a slice is clamped to its block`() {
        let slice = BlockSlice(Block([1, 2, 3, 4]), 2..<9)
        #expect(slice.range == 2..<4)
        #expect(slice.bytes.elementsEqual([3, 4]))
        #expect(BlockSlice(Block([1, 2])).count == 2)
    }
}
