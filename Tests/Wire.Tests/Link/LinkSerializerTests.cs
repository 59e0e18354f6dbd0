using System.Collections;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Akka.TestKit.Xunit2;
using Federated.V1;
using Federated.Wire.Link;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Federated.Wire.Tests.Link;

public sealed class LinkSerializerTests() : TestKit(ConfigurationFactory.ParseString(FederatedSerialization.Hocon))
{
    public static TheoryData<string> MessageNames => [.. LinkReflection.Descriptor.MessageTypes.Select(message => message.Name)];

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Every_message_of_the_link_is_bound_and_comes_back_equal(string name)
    {
        var message = Filled(name);

        var serializer = Assert.IsType<LinkSerializer>(Sys.Serialization.FindSerializerFor(message));
        var manifest = serializer.Manifest(message);
        var back = serializer.FromBinary(serializer.ToBinary(message), manifest);

        Assert.Equal($"federated.v1.{name}", manifest);
        Assert.Equal(message, back);
        Assert.Equal(message.Descriptor.Fields.InDeclarationOrder().Count > 0, message.CalculateSize() > 0);   // Filled has filled what there is
    }

    [Theory]
    [InlineData("")]
    [InlineData("federated.v1.UploadPart")]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process")]
    [InlineData("federated.v1.Hello\n")]
    public void A_manifest_outside_the_list_is_refused(string manifest)
    {
        var error = Assert.Throws<SerializationException>(() => Link.FromBinary([], manifest));

        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Bytes_that_are_no_message_are_refused_as_a_serialization_error()
    {
        var whole = Filled("Hello").ToByteArray();

        Assert.Throws<SerializationException>(() => Link.FromBinary(whole[..^1], "federated.v1.Hello"));
        Assert.Throws<SerializationException>(() => Link.FromBinary([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], "federated.v1.Hello"));
    }

    [Fact]
    public void Random_bytes_give_a_message_or_a_serialization_error_and_nothing_else()
    {
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            var manifest = LinkReflection.Descriptor.MessageTypes[random.Next(LinkReflection.Descriptor.MessageTypes.Count)].FullName;
            var error = Record.Exception(() => Link.FromBinary(bytes, manifest));
            Assert.True(error is null or SerializationException, $"{manifest}: {error}");
        }
    }

    [Fact]
    public void A_message_that_is_not_of_the_link_is_not_written() => Assert.Throws<SerializationException>(() => Link.ToBinary(new UploadPart()));

    [Fact]
    public void An_object_without_a_serializer_is_neither_written_nor_read()
    {
        var serializer = Sys.Serialization.FindSerializerForType(typeof(Version));

        Assert.Throws<SerializationException>(() => serializer.ToBinary(new Version(1, 2)));
        Assert.Throws<SerializationException>(() => serializer.FromBinary([1, 2, 3], typeof(Version)));
    }

    [Fact]
    public void The_number_of_the_reflection_serializer_leads_nowhere()
    {
        var reflection = new NewtonSoftJsonSerializer((ExtendedActorSystem)Sys);
        var bytes = reflection.ToBinary(new Version(1, 2));

        Assert.Throws<SerializationException>(() => Sys.Serialization.Deserialize(bytes, reflection.Identifier, typeof(Version)));
    }

    private LinkSerializer Link => (LinkSerializer)Sys.Serialization.FindSerializerForType(typeof(Hello));

    // Every field set, by its type, so that a field that got lost would show.
    private static IMessage Filled(string name)
    {
        var message = LinkReflection.Descriptor.MessageTypes.Single(type => type.Name == name).Parser.ParseFrom([]);
        Fill(message);
        return message;
    }

    private static void Fill(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.IsMap) ((IDictionary)field.Accessor.GetValue(message)).Add($"{field.Name}-1", "ü");
            else if (field.IsRepeated) Values(field).ForEach(value => ((IList)field.Accessor.GetValue(message)).Add(value));
            else field.Accessor.SetValue(message, Values(field)[0]);
        }
    }

    private static List<object> Values(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => [$"{field.Name}-1", "ü"],
        FieldType.UInt32 => [7u],
        FieldType.UInt64 => [ulong.MaxValue],
        FieldType.Bool => [true],
        FieldType.Bytes => [ByteString.CopyFrom(1, 2, 250)],
        FieldType.Enum => [Enum.ToObject(field.EnumType.ClrType, 3)],
        FieldType.Message => [Nested(field)],
        var other => throw new NotSupportedException($"{other}"),
    };

    private static IMessage Nested(FieldDescriptor field)
    {
        var message = field.MessageType.Parser.ParseFrom([]);
        Fill(message);
        return message;
    }
}
