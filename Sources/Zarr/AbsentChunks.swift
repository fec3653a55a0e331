/// What it means if a store does not have a chunk of an array.
public enum AbsentChunks: Sendable {
    /// Its elements have the fill value, as the Zarr v3 core specification says: writers leave such chunks out.
    case fillValue
    /// It is lost: whoever wrote the array leaves none out.
    case damage
}

extension Selection {
    /// Fills the selection, which is of `chunk`, a chunk that is not there, with `value`; throws if that is nil, since the chunk is lost.
    func fill(absent chunk: EncodedChunk, with value: FillValue?) throws(ZarrError) {
        guard let value else { throw chunk.lost }
        fill(with: value)
    }
}
