using TorchSharp;

namespace Federated.OwnModels;

/// <summary>Makes a model of your own. A worker finds the class by the job's <c>model.type</c> and makes one instance with its parameterless constructor; both
/// have to be public.</summary>
public interface IModelFactory
{
    /// <summary>Makes a new module with values of its own, once for every thread that trains and never from two threads at once. Equal requests give modules
    /// with equal tensors: names, shapes and order.</summary>
    /// <param name="request">What the data gives to the model and wants of it.</param>
    /// <returns>A module on the processor. Its parameters are float32, and float32 buffers are averaged like them; whole numbers and flags begin every round
    /// as they are now. <c>forward</c> gets a batch, [batch, input...], float32, or int64 where <see cref="ModelRequest.Vocabularies"/> are, and gives [batch, output...]:
    /// for classes the scores before a softmax. State outside of parameters and buffers is not allowed.</returns>
    torch.nn.Module<torch.Tensor, torch.Tensor> Create(ModelRequest request);
}
