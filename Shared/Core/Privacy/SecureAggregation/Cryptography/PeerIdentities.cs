namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>The public keys of clients by name: this party's own list, which did not come through the coordinator. Thread-safe.</summary>
public sealed class PeerIdentities : IDisposable
{
    /// <summary>A list.</summary>
    /// <param name="pems">Public keys as PEM text (SubjectPublicKeyInfo) by client.</param>
    /// <exception cref="ArgumentException">A text is no public key of P-256, or two clients have one key: the message names the client.</exception>
    public PeerIdentities(IReadOnlyDictionary<string, string> pems) => throw new NotImplementedException();

    /// <summary>Whether the client is on the list.</summary>
    public bool Knows(string client) => throw new NotImplementedException();

    /// <summary>Whether a client on the list has signed this.</summary>
    internal bool Verify(string client, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
