using System.Collections.Frozen;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Federated.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Federated.Wire.Link;

/// <summary>Serializes the messages of link.proto for Akka: the manifest is the message's protobuf name, the bytes are its protobuf form. The list of
/// messages is closed: a peer cannot name any other type. Thread-safe.</summary>
public sealed class LinkSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The number under which nodes know this serializer. Part of the wire format: never changed, never given to another.</summary>
    public const int Id = 5601;

    private static readonly FrozenDictionary<string, MessageParser> Parsers =
        LinkReflection.Descriptor.MessageTypes.ToFrozenDictionary(message => message.FullName, message => message.Parser, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <summary>The messages of link.proto.</summary>
    internal static IList<MessageDescriptor> Messages => LinkReflection.Descriptor.MessageTypes;

    /// <inheritdoc/>
    public override string Manifest(object o) => LinkMessage(o).Descriptor.FullName;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => LinkMessage(obj).ToByteArray();

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The manifest names no message of the link, or the bytes are not one. Akka drops the message and keeps
    /// the link.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!Parsers.TryGetValue(manifest, out var parser))
            throw new SerializationException($"A peer sent a message of a type that the link does not have ({Shown(manifest)}).");
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"A peer sent {bytes.Length} bytes that are not a {manifest}.", e);
        }
    }

    private static IMessage LinkMessage(object o) =>
        o is IMessage message && Parsers.ContainsKey(message.Descriptor.FullName)
            ? message
            : throw new SerializationException($"{o.GetType()} is not a message of the link.");

    // A peer chose it: keep control characters and novels out of the log.
    private static string Shown(string manifest) => string.Concat(manifest.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
