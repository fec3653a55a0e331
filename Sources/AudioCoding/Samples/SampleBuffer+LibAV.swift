import CLibAV
import Support

extension SampleFormat {
    /// The format for samples that libavcodec outputs as `format`, with `bits` significant bits (0 if it does not say); nil if there
    /// is none.
    init?(_ format: AVSampleFormat, bits: Int32) {
        switch av_get_packed_sample_fmt(format) {
        case AV_SAMPLE_FMT_U8: self = .integer(bits: 8)
        case AV_SAMPLE_FMT_S16: self = .integer(bits: (1..<16).contains(bits) ? Int(bits) : 16)
        case AV_SAMPLE_FMT_S32: self = .integer(bits: (1..<32).contains(bits) ? Int(bits) : 32)
        case AV_SAMPLE_FMT_FLT: self = .float32
        case AV_SAMPLE_FMT_DBL: self = .float64
        default: return nil
        }
    }
}

extension SampleBuffer {
    /// The samples of `frame`, where `format` was made from the format of `frame`.
    ///
    /// libavcodec puts integers into the upper bits of 16 or 32. If any of the lower bits is set, `format` cannot hold the sample,
    /// and that is an error.
    init(_ frame: AVFrame, format: SampleFormat) throws(MediaFailure) {
        let channels = Int(frame.ch_layout.nb_channels)
        let isPlanar = av_sample_fmt_is_planar(AVSampleFormat(frame.format)) != 0
        guard channels > 0, frame.nb_samples > 0, let data = frame.extended_data,
            let byteCount = Int(frame.nb_samples).multiplied(by: channels)?.multiplied(by: format.byteCount)
        else { throw MediaFailure("the frame has no samples") }
        var planes: [UnsafeRawPointer] = []
        for plane in 0..<(isPlanar ? channels : 1) {
            guard let plane = data[plane] else { throw MediaFailure("a channel has no samples") }
            planes.append(UnsafeRawPointer(plane))
        }
        let source = Source(planes: planes, count: Int(frame.nb_samples) * (isPlanar ? 1 : channels))
        var lostBits: Int32 = 0
        let block = Block(count: byteCount) { target in
            switch (av_get_packed_sample_fmt(AVSampleFormat(frame.format)), format) {
            case (AV_SAMPLE_FMT_U8, _): source.copy(UInt8.self, to: target)
            case (AV_SAMPLE_FMT_S16, .integer(bits: 16)): source.copy(Int16.self, to: target)
            case (AV_SAMPLE_FMT_S32, .integer(bits: 32)), (AV_SAMPLE_FMT_FLT, _): source.copy(Int32.self, to: target)
            case (AV_SAMPLE_FMT_DBL, _): source.copy(Int64.self, to: target)
            case (AV_SAMPLE_FMT_S16, .integer(let bits)):
                lostBits = source.copyValues(Int16.self, bits: bits, to: target)
            case (_, .integer(let bits)): lostBits = source.copyValues(Int32.self, bits: bits, to: target)
            default: break
            }
        }
        guard lostBits == 0 else {
            throw MediaFailure("the samples have more bits than the stream announces")
        }
        self.init(format: format, channels: channels, slice: BlockSlice(block))
    }

    /// The samples of a frame: one plane per channel, or one for all.
    private struct Source {
        let planes: [UnsafeRawPointer]
        /// Samples in each plane.
        let count: Int

        /// Interleaves samples without changing them.
        @inline(__always)
        func copy<T: FixedWidthInteger>(_: T.Type, to target: UnsafeMutableRawBufferPointer) {
            let target = target.assumingMemoryBound(to: T.self)
            for (channel, plane) in planes.enumerated() {
                let plane = plane.assumingMemoryBound(to: T.self)
                var position = channel
                for index in 0..<count {
                    target[position] = plane[index].littleEndian
                    position += planes.count
                }
            }
        }

        /// Interleaves the upper `bits` of samples, in as many whole bytes as they need; returns which of the other bits are set.
        @inline(__always)
        func copyValues<T: FixedWidthInteger>(
            _: T.Type, bits: Int, to target: UnsafeMutableRawBufferPointer
        ) -> Int32 {
            let byteCount = (bits + 7) / 8
            let stride = planes.count * byteCount
            let shift = T(T.bitWidth - bits)
            var set: T = 0
            for (channel, plane) in planes.enumerated() {
                let plane = plane.assumingMemoryBound(to: T.self)
                var position = channel * byteCount
                @inline(__always)
                func forEach(_ write: (Int32) -> Void) {
                    for index in 0..<count {
                        set |= plane[index]
                        write(Int32(truncatingIfNeeded: plane[index] &>> shift))
                        position += stride
                    }
                }
                switch byteCount {
                case 1: forEach { target[position] = UInt8(truncatingIfNeeded: $0 &+ 128) }
                case 2: forEach { target.storeLittleEndian(UInt16(truncatingIfNeeded: $0), at: position) }
                case 3:
                    forEach {
                        target.storeLittleEndian(UInt16(truncatingIfNeeded: $0), at: position)
                        target[position + 2] = UInt8(truncatingIfNeeded: $0 &>> 16)
                    }
                default: forEach { target.storeLittleEndian(UInt32(bitPattern: $0), at: position) }
                }
            }
            return Int32(truncatingIfNeeded: set & ~(~0 &<< shift))
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    @inline(__always)
    fileprivate func storeLittleEndian<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
    }
}
