using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Parameters;

public sealed class ParameterHashTests
{
    [Fact]
    public void The_hash_is_sha256_of_the_little_endian_bytes() =>
        // printf '\x00\x00\x80\x3f\x00\x00\x00\xc0' | sha256sum: 1 and -2
        Assert.Equal("ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b", ParameterHash.Of([1f, -2f]));

    [Fact]
    public void A_vector_longer_than_a_slice_hashes_as_one()
    {
        var values = new float[(1 << 24) + 3];
        values[^1] = 1;

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values))), ParameterHash.Of(values));
    }
}
