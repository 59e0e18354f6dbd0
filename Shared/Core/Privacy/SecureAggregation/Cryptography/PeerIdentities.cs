using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>The public keys of clients by name: this party's own list, which did not come through the coordinator. Thread-safe.</summary>
public sealed class PeerIdentities : IDisposable
{
    private static readonly string P256 = ECCurve.NamedCurves.nistP256.Oid.Value!;
    private readonly Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>A list.</summary>
    /// <param name="pems">Public keys as PEM text (SubjectPublicKeyInfo) by client.</param>
    /// <exception cref="ArgumentException">A text is no public key of P-256, or two clients have one key: the message names the client.</exception>
    public PeerIdentities(IReadOnlyDictionary<string, string> pems)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var (client, pem) in pems)
            {
                var key = Read(client, pem);
                _keys.Add(client, key);
                if (!owners.TryAdd(key.ExportSubjectPublicKeyInfoPem(), client))
                    throw new ArgumentException($"Clients '{owners[key.ExportSubjectPublicKeyInfoPem()]}' and '{client}' have one public key; each client has its own.", nameof(pems));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether the client is on the list.</summary>
    public bool Knows(string client) => _keys.ContainsKey(client);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys.Values) key.Dispose();
    }

    internal static bool IsP256(ECParameters parameters) => parameters.Curve.IsNamed && (parameters.Curve.Oid.Value == P256 || parameters.Curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256");

    // Null when the client on the list has signed this.
    internal Refused? Verify(string client, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!_keys.TryGetValue(client, out var key)) return new(MaskingRefusal.UnknownIdentity, $"Client '{client}' is not on the list of identities.");
        lock (_gate)
            return signature.Length == ClientIdentity.SignatureLength && key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                ? null
                : new(MaskingRefusal.BadSignature, $"The signature of client '{client}' is not that of the identity on the list, or signs something else.");
    }

    private static ECDsa Read(string client, string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (IsP256(key.ExportParameters(includePrivateParameters: false))) return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ArgumentException($"The identity of client '{client}' is no public key in PEM form.", nameof(pem), e);
        }
        key.Dispose();
        throw new ArgumentException($"The identity of client '{client}' is a key of another curve than P-256.", nameof(pem));
    }
}
