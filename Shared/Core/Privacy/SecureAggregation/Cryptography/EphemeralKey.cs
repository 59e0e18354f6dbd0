using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>A key pair of one attempt: Diffie-Hellman on P-256. <see cref="Dispose"/> zeroes the private key; the public one stays. Not thread-safe.</summary>
public sealed class EphemeralKey : IDisposable
{
    /// <summary>Bytes of a public key: 4, then both coordinates.</summary>
    public const int PublicLength = 65;

    private const int FieldLength = 32;

    // The order of the group, big-endian (SP 800-186, 3.2.1.3).
    private static readonly byte[] Order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    private readonly byte[] _scalar;

    // Kept, since to import a private key costs as much as half an agreement: its public half is worked out anew.
    private readonly ECDiffieHellman _key;
    private bool _disposed;

    private EphemeralKey(byte[] scalar)
    {
        (_scalar, _key) = (scalar, Import(scalar));
        Public = Export(_key);
    }

    /// <summary>The public key, uncompressed.</summary>
    public ImmutableArray<byte> Public { get; }

    /// <summary>The private key: 32 bytes, big-endian. For sharing it.</summary>
    internal ReadOnlySpan<byte> Scalar => _disposed ? throw new ObjectDisposedException(nameof(EphemeralKey)) : _scalar;

    /// <summary>A new key: uniform in 1 to the order less 1, drawn again where it is not in there.</summary>
    public static EphemeralKey Create(ISecureRandom random)
    {
        var scalar = new byte[FieldLength];
        do random.Fill(scalar);
        while (!InRange(scalar));
        return new(scalar);
    }

    /// <summary>A key of which the private half is known; null where there is no such key.</summary>
    public static EphemeralKey? FromScalar(ReadOnlySpan<byte> scalar) => scalar.Length == FieldLength && InRange(scalar) ? new(scalar.ToArray()) : null;

    /// <summary>Whether this is a point of the curve. The group has prime order, so that there is nothing else to check.</summary>
    public static bool IsPoint(ReadOnlySpan<byte> publicKey)
    {
        using var key = ImportPublic(publicKey);
        return key is not null;
    }

    /// <summary>The x coordinate of the shared point, 32 bytes, which the caller zeroes; null where the other key is no point of the curve.</summary>
    public byte[]? Agree(ReadOnlySpan<byte> other)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var theirs = ImportPublic(other);
        if (theirs is null) return null;
        using var point = theirs.PublicKey;
        return _key.DeriveRawSecretAgreement(point);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_scalar);
        _key.Dispose();
        _disposed = true;
    }

    private static ECDiffieHellman Import(byte[] scalar)
    {
        var d = (byte[])scalar.Clone();
        try
        {
            return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    private static ECDiffieHellman? ImportPublic(ReadOnlySpan<byte> key)
    {
        if (key.Length != PublicLength || key[0] != 4) return null;
        var point = new ECPoint { X = key.Slice(1, FieldLength).ToArray(), Y = key[(1 + FieldLength)..].ToArray() };
        try
        {
            return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
        }
        catch (CryptographicException)
        {
            // The one answer of every platform's library to coordinates that are no point.
            return null;
        }
    }

    private static ImmutableArray<byte> Export(ECDiffieHellman key)
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. q.X!, .. q.Y!];
    }

    private static bool InRange(ReadOnlySpan<byte> scalar) => scalar.IndexOfAnyExcept((byte)0) >= 0 && scalar.SequenceCompareTo(Order) < 0;
}
