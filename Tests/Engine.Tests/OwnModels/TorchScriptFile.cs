using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Federated.Engine.Tests.OwnModels;

/// <summary>One tensor of a file.</summary>
internal sealed record ScriptTensor(string Name, long[] Shape, float[] Values, bool Trainable = true);

/// <summary>Writes what torch.jit.save writes, a zip of code as text, attributes as a pickle of protocol 2 and tensors as raw bytes, for a module called Net.</summary>
internal static class TorchScriptFile
{
    /// <summary>Writes a module of tensors.</summary>
    /// <param name="forward">The body of <c>forward(self, x)</c>, with four spaces before each line.</param>
    /// <param name="tensors">Parameters and buffers.</param>
    public static byte[] Write(string forward, params ScriptTensor[] tensors)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("data.pkl", Pickle(tensors));
            Add("code/__torch__.py", Encoding.UTF8.GetBytes(Code(forward, tensors)));
            Add("constants.pkl", [0x80, 2, (byte)')', (byte)'.']);   // an empty tuple
            foreach (var (number, tensor) in tensors.Index()) Add($"data/{number}", MemoryMarshal.AsBytes<float>(tensor.Values).ToArray());
            Add("byteorder", "little"u8.ToArray());
            Add("version", "3\n"u8.ToArray());

            void Add(string name, byte[] bytes)
            {
                using var stream = zip.CreateEntry("net/" + name, CompressionLevel.NoCompression).Open();
                stream.Write(bytes);
            }
        }
        return file.ToArray();
    }

    private static string Code(string forward, ScriptTensor[] tensors) =>
        $$"""
        class Net(Module):
          __parameters__ = [{{string.Concat(tensors.Where(tensor => tensor.Trainable).Select(tensor => $"\"{tensor.Name}\", "))}}]
          __buffers__ = [{{string.Concat(tensors.Where(tensor => !tensor.Trainable).Select(tensor => $"\"{tensor.Name}\", "))}}]
        {{string.Concat(tensors.Select(tensor => $"  {tensor.Name} : Tensor\n"))}}  training : bool
          _is_full_backward_hook : Optional[bool]
          def forward(self: __torch__.Net,
            x: Tensor) -> Tensor:
        {{forward}}

        """.ReplaceLineEndings("\n");

    private static byte[] Pickle(ScriptTensor[] tensors)
    {
        using var stream = new MemoryStream();
        using var bytes = new BinaryWriter(stream);
        bytes.Write([0x80, 2]);
        Global("__torch__", "Net");
        bytes.Write([(byte)')', 0x81, (byte)'}', (byte)'(']);   // a new object of no arguments; its attributes begin
        foreach (var (number, tensor) in tensors.Index())
        {
            Text(tensor.Name);
            Global("torch._utils", "_rebuild_tensor_v2");
            Code("((");
            Text("storage");
            Global("torch", "FloatStorage");
            Text($"{number}");
            Text("cpu");
            Number(tensor.Values.Length);
            Code("tQ");
            Number(0);
            Sizes(tensor.Shape);
            Sizes(tensor.Shape.Select((_, dimension) => tensor.Shape.Skip(dimension + 1).Aggregate(1L, (product, size) => product * size)));
            bytes.Write((byte)(tensor.Trainable ? 0x88 : 0x89));
            Global("collections", "OrderedDict");
            Code(")RtR");
        }
        Text("training");
        bytes.Write((byte)0x88);
        Text("_is_full_backward_hook");
        Code("Nub.");
        return stream.ToArray();

        void Code(string text) => bytes.Write(Encoding.ASCII.GetBytes(text));

        void Global(string module, string name) => Code($"c{module}\n{name}\n");

        void Text(string text)
        {
            Code("X");
            bytes.Write(text.Length);
            Code(text);
        }

        void Number(long number)
        {
            Code("J");
            bytes.Write((int)number);
        }

        void Sizes(IEnumerable<long> sizes)
        {
            Code("(");
            foreach (var size in sizes) Number(size);
            Code("t");
        }
    }
}
