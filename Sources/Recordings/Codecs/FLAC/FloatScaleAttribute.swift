public import AudioCoding
public import Zarr

/// The attribute `float_scale` of coded integers that stand for floats.
struct FloatScaleAttribute: Decodable {
    /// The scale; nil if the attribute names none that is supported.
    let scale: FloatScale?

    private struct Members: Decodable {
        let dataType: String
        let exponent: Int

        enum CodingKeys: String, CodingKey {
            case dataType = "data_type"
            case exponent
        }
    }

    init(from decoder: any Decoder) throws {
        let members = try? Members(from: decoder)
        scale = members.flatMap { members in
            FloatScale.dataTypes.first { $0.name == members.dataType }
                .flatMap { FloatScale(format: $0.format, exponent: members.exponent) }
        }
    }
}

extension FloatScale {
    /// The names of formats in Zarr.
    fileprivate static let dataTypes: [(format: SampleFormat, name: String)] = [
        (.float32, "float32"), (.float64, "float64"),
    ]

    /// The value of the attribute `float_scale`.
    public var attribute: JSONValue {
        let name = Self.dataTypes.first { $0.format == format }?.name ?? ""
        return .object(["data_type": .text(name), "exponent": JSONValue(exponent)])
    }
}
