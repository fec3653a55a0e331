#pragma once
#include <opus.h>
#include <opus_multistream.h>

// opus_multistream_decoder_ctl is variadic and OPUS_SET_GAIN a macro with arguments: Swift imports neither.
static inline int zwl_opus_multistream_decoder_set_gain(OpusMSDecoder *decoder, opus_int32 gain) {
    return opus_multistream_decoder_ctl(decoder, OPUS_SET_GAIN(gain));
}
