using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Core.Randomness;

/// <summary>Derives independent seeds from a job's seed. The run's id does not enter: the same job and seed give the same model in every run.</summary>
public static class SeedTree
{
    /// <summary>The first 8 bytes, little-endian, of SHA-256 over seed, round, purpose and client (each length-prefixed, so that no two
    /// argument lists give the same bytes).</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="purpose">What the numbers are for, for example <c>shuffle</c>.</param>
    /// <param name="round">The round, 0 for what is drawn once a run.</param>
    /// <param name="client">The client, "" for what belongs to none.</param>
    public static ulong Derive(ulong seed, string purpose, int round = 0, string client = "")
    {
        var (purposeBytes, clientBytes) = (Encoding.UTF8.GetBytes(purpose), Encoding.UTF8.GetBytes(client));
        var input = new byte[8 + 4 + 4 + purposeBytes.Length + 4 + clientBytes.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(8), round);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(12), purposeBytes.Length);
        purposeBytes.CopyTo(input, 16);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(16 + purposeBytes.Length), clientBytes.Length);
        clientBytes.CopyTo(input, 20 + purposeBytes.Length);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(input));
    }
}
